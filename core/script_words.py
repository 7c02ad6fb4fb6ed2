"""What scripts say, in the language of the page: errors tell what happened, what became of the data, what to do."""

from django.utils.translation import gettext

from core import formatting


def words_of_scripts() -> dict[str, object]:
    """The words by the names under which static/js/words.js gives them to the scripts."""
    words: dict[str, object] = {
        name: formatting.word(name) for name in ("hours", "minutes", "left", "late", "early", "weekend", "more")
    }
    words |= {
        "until": formatting.word("until"),
        "numberFirst": formatting.language() == "en",
        "saving": gettext("Saving…"),
        "close": gettext("Close"),
        "undo": gettext("Undo"),
        "retry": gettext("Try again"),
        "copyText": gettext("Copy the text"),
        "found": gettext("Found"),
        "searchFailed": gettext("The search did not answer. Type on, or try again."),
        "kept": gettext("Saved in your settings"),
        "signedIn": gettext("You are signed in again"),
        "online": gettext("The connection is back"),
        "offlineSince": gettext("No connection since {time}. What you type stays on the page and in the draft."),
        "offline": gettext(
            "Not sent: there is no connection. What you have typed stays here. Try again when it is back."
        ),
        "slow": gettext("The server did not answer in 10 seconds. Nothing was changed. Try again."),
        "slowToSave": gettext(
            "The server did not answer in 10 seconds. What you have typed stays here. "
            "Look whether it was saved, and try again."
        ),
        "failed": gettext("Not saved: the server answered with an error. What you have typed stays here. Try again."),
        "failedToRead": gettext("Not loaded: the server answered with an error. Nothing was changed. Try again."),
        "forbidden": gettext(
            "You have no right to do this. Nothing was changed. The head of the department can do it."
        ),
        "gone": gettext(
            "This is no longer here: it is archived or a colleague's. Nothing was changed. Reload the page."
        ),
        "conflict": gettext("Somebody changed this meanwhile. Your change was not saved. Reload the page and look."),
        "tooLarge": gettext("This is too large to send. Nothing was changed."),
        "tooOften": gettext("Too often. Nothing was changed. Wait a minute and try again."),
        "errorCode": gettext("Error {code}."),
        "wrongPassword": gettext("The password does not match. After five tries there is a pause of a minute."),
        "otherPerson": gettext(
            "A colleague has signed in in this browser. Copy what you have typed and reload the page."
        ),
        "callAnyway": gettext("It is {time} at the partner's. Call anyway?"),
        "copied": gettext("Copied"),
        "space": gettext("Space"),
    }
    return words
