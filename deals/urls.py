from django.urls import path

from deals.views import addons, alerts, board, deal, feed, handoff_new, handoffs, problems, stages, tasks

app_name = "deals"
urlpatterns = [
    path("<int:pk>/", deal.deal, name="deal"),
    path("<int:pk>/comment/", deal.comment, name="comment"),
    path("<int:pk>/draft/", deal.draft, name="draft"),
    path("<int:pk>/draft/forget/", deal.forget_draft, name="draft-forget"),
    path("<int:pk>/move/", stages.move, name="deal-move"),
    path("<int:pk>/price/", stages.price, name="deal-price"),
    path("board/<str:code>/", board.board, name="board"),
    path("board/<str:code>/more/<int:stage_pk>/", board.more, name="board-more"),
    path("<int:pk>/feed/", feed.feed, name="feed"),
    path("<int:pk>/notes/", feed.note, name="note"),
    path("<int:pk>/notes/<int:note_pk>/", feed.note_edit, name="note-edit"),
    path("<int:pk>/notes/<int:note_pk>/history/", feed.note_history, name="note-history"),
    path("<int:pk>/pins/<str:kind>/<int:ref>/", feed.pinning, name="pin"),
    path("<int:pk>/problems/", problems.problem_raise, name="problem-raise"),
    path("<int:pk>/problems/<int:problem_pk>/", problems.problem_resolve, name="problem-resolve"),
    path("<int:pk>/main-comment/", deal.main_comment, name="main-comment"),
    path("<int:pk>/agreements/<int:agreement_pk>/", deal.agreement, name="agreement"),
    path("comments/parse/", deal.parse, name="comment-parse"),
    path("addons/new/", addons.new, name="addon-new"),
    path("<int:deal_pk>/tasks/new/", tasks.plan, name="task-plan"),
    path("tasks/<int:pk>/complete/", tasks.complete, name="task-complete"),
    path("tasks/<int:pk>/reopen/", tasks.reopen, name="task-reopen"),
    path("tasks/<int:pk>/reschedule/", tasks.reschedule, name="task-reschedule"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/seen/", alerts.mark_seen, name="alerts-seen"),
    path("alerts/<int:pk>/", alerts.open_alert, name="alert-open"),
    path("handoffs/new/", handoff_new.handoff_new, name="handoff-new"),
    path("handoffs/", handoffs.handoffs, name="handoffs"),
    path("handoffs/<int:pk>/accept/", handoffs.accept, name="handoff-accept"),
    path("handoffs/<int:pk>/status/", handoffs.set_status, name="handoff-status"),
    path("handoffs/<int:pk>/details/", handoffs.fill_in, name="handoff-details"),
]
