"""What is typed to write an article, to ask and to answer."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from knowledge.actions import ArticleText
from knowledge.models import BODY_LENGTH, QUESTION_LENGTH, TITLE_LENGTH, Article, Section

RULE = re.compile(r"R([1-9]|1\d|2[01])")


class ArticleForm(forms.Form):
    title = forms.CharField(
        label=_("Title"), max_length=TITLE_LENGTH, error_messages={"required": _("Give the article a title.")}
    )
    section = forms.ModelChoiceField(
        label=_("Section"), queryset=Section.objects.all(), error_messages={"required": _("Choose the section.")}
    )
    audience = forms.ChoiceField(label=_("Who may read it"), choices=Article.Audience)
    rules = forms.CharField(
        label=_("Rules that it explains"),
        max_length=100,
        required=False,
        help_text=_("Codes with commas: R2, R7. A hint on a screen leads to this article."),
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=BODY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 18, "class": "article-source"}),
        error_messages={"required": _("Write the text.")},
        help_text=_("Markdown: ## heading, **bold**, - list, 1. numbered, [link](https://…), | table |"),
    )
    note = forms.CharField(
        label=_("What has changed"),
        max_length=200,
        required=False,
        help_text=_("One line for those who know the article; kept when you publish."),
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def clean_rules(self) -> tuple[str, ...]:
        codes = [code for code in re.split(r"[\s,;]+", self.cleaned_data["rules"].upper()) if code]
        unknown = [code for code in codes if not RULE.fullmatch(code)]
        if unknown:
            raise forms.ValidationError(
                _("There is no rule %(code)s. Codes run from R1 to R21."), params={"code": unknown[0]}
            )
        return tuple(dict.fromkeys(codes))

    def text(self) -> ArticleText:
        data = self.cleaned_data
        return ArticleText(data["title"], data["body"], data["section"], data["audience"], data["rules"])


class QuestionForm(forms.Form):
    text = forms.CharField(
        label=_("What could you not find out?"),
        max_length=QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write what you could not find out.")},
    )
    page = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Answer"),
        max_length=BODY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write the answer.")},
    )


class SectionForm(forms.Form):
    section = forms.ModelChoiceField(label=_("Section"), queryset=Section.objects.all())
