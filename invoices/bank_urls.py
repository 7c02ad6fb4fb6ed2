from django.urls import path

from invoices.views import bank, statements

app_name = "bank"
urlpatterns = [
    path("", bank.bank, name="list"),
    path("payments/<int:pk>/decide/", bank.decide, name="decide"),
    path("payments/<int:pk>/ask/", bank.ask, name="ask"),
    path("payments/<int:pk>/undo/", bank.undo, name="undo"),
    path("payments/<int:pk>/receipt/", bank.receipt, name="receipt"),
    path("returns/<int:pk>/approve/", bank.approve, name="return-approve"),
    path("returns/<int:pk>/sent/", bank.sent_back, name="return-sent"),
    path("returns/<int:pk>/withdraw/", bank.withdraw, name="return-withdraw"),
    path("statements/", statements.statements, name="statements"),
    path("statements/upload/", statements.upload, name="upload"),
    path("statements/<int:pk>/", statements.statement, name="statement"),
    path("statements/<int:pk>/columns/", statements.columns, name="columns"),
    path("statements/<int:pk>/file/", statements.original, name="original"),
]
