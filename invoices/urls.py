from django.urls import path

from invoices.views import asking, cards, editing, listing, requests, showing

app_name = "invoices"
urlpatterns = [
    path("", listing.invoice_list, name="list"),
    path("of-deal/<int:deal_pk>/", listing.of_deal, name="of-deal"),
    path("of-partner/<int:partner_pk>/", listing.of_partner, name="of-partner"),
    path("requests/", requests.request_list, name="requests"),
    path("requests/<int:pk>/", requests.one_request, name="request"),
    path("requests/<int:pk>/take/", requests.take, name="request-take"),
    path("requests/<int:pk>/invoice/", requests.invoice, name="request-invoice"),
    path("requests/<int:pk>/close/", requests.close, name="request-close"),
    path("requests/<int:pk>/assign/", requests.assign, name="request-assign"),
    path("requests/link/<int:partner_pk>/", requests.link, name="request-link"),
    path("asked/", asking.asked, name="asked"),
    path("asked/<int:pk>/take/", asking.take, name="asked-take"),
    path("asked/<int:pk>/answer/", asking.answer, name="asked-answer"),
    path("new/", editing.new, name="new"),
    path("new/lines/", editing.lines, name="lines"),
    path("new/preview/", editing.preview, name="preview"),
    path("<int:pk>/", showing.invoice, name="invoice"),
    path("<int:pk>/edit/", editing.edit, name="edit"),
    path("<int:pk>/discard/", editing.discard, name="discard"),
    path("<int:pk>/pdf/", showing.pdf, name="pdf"),
    path("<int:pk>/send/", showing.send, name="send"),
    path("<int:pk>/deliveries/", showing.deliveries, name="deliveries"),
    path("<int:pk>/payment/", showing.payment, name="payment"),
    path("<int:pk>/payment/<int:payment_pk>/confirm/", showing.confirm, name="payment-confirm"),
    path("<int:pk>/unpaid/", showing.unpaid, name="unpaid"),
    path("<int:pk>/card/", cards.of_invoice, name="cards"),
    path("card/<int:pk>/decide/", cards.decide, name="card-decide"),
    path("card/<int:pk>/text/", cards.text, name="card-text"),
    path("<int:pk>/cancel/", showing.cancel, name="cancel"),
    path("<int:pk>/reissue/", showing.reissue, name="reissue"),
]
