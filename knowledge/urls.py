from django.urls import path

from knowledge.views import questions, reading, writing

app_name = "knowledge"
urlpatterns = [
    path("", reading.home, name="home"),
    path("new/", writing.new, name="new"),
    path("preview/", writing.preview, name="preview"),
    path("rules/<str:code>/", reading.rule, name="rule"),
    path("questions/", questions.questions, name="questions"),
    path("questions/new/", questions.ask, name="ask"),
    path("questions/<int:pk>/", questions.answer, name="answer"),
    path("questions/<int:pk>/article/", questions.to_article, name="question-article"),
    path("<int:pk>/", reading.article, name="article"),
    path("<int:pk>/versions/", reading.versions, name="versions"),
    path("<int:pk>/edit/", writing.edit, name="edit"),
    path("<int:pk>/files/", writing.upload, name="upload"),
    path("files/<int:pk>/", reading.file, name="file"),
    path("<int:pk>/discard/", writing.discard, name="discard"),
    path("<int:pk>/publish/", writing.publish, name="publish"),
    path("<int:pk>/archive/", writing.archive, name="archive"),
    path("<int:pk>/share/", writing.share, name="share"),
    path("<int:pk>/withdraw/", writing.withdraw, name="withdraw"),
]
