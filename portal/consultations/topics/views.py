"""`/admin/topics`: the list, and one topic with its questions on one page."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user

from portal.clock import now
from portal.consultations.topics.forms import FIELDS, TopicForm
from portal.consultations.topics.models import QuestionKind
from portal.consultations.topics.queries import TopicFacts, still_coming, topic_facts, topic_lines
from portal.consultations.topics.questions import Questions
from portal.consultations.topics.refusals import ChangedMeanwhile, TopicUnknown
from portal.consultations.topics.services import SaveTopic, save_topic
from portal.db import reading, unit_of_work
from portal.errors import N_
from portal.permissions import permit
from portal.web.errors import status_of, words

blueprint = Blueprint("topics", __name__)

KINDS = {
    QuestionKind.TEXT: N_("A line"),
    QuestionKind.LONG_TEXT: N_("Some sentences"),
    QuestionKind.NUMBER: N_("A number"),
    QuestionKind.YES_NO: N_("Yes or no"),
    QuestionKind.CHOICE: N_("One of several answers"),
}


@blueprint.get("/admin/topics", endpoint="list")
@permit("administer")
def list_topics() -> str:
    with reading() as connection:
        lines = topic_lines(connection)
    fields = {field.value: gettext(words_) for field, words_ in FIELDS.items()}
    return render_template("consultations/settings/topics.html", lines=lines, fields=fields)


@blueprint.get("/admin/topics/new")
@permit("administer")
def new() -> Response:
    return _page(None, TopicForm(), Questions(), seen="")


@blueprint.post("/admin/topics/new")
@permit("administer")
def create() -> Response:
    return _save(None, None)


@blueprint.get("/admin/topics/<int:topic_id>")
@permit("administer")
def topic(topic_id: int) -> Response:
    facts = _facts(topic_id)
    return _page(topic_id, TopicForm(facts=facts), Questions.of(facts.questions), seen=facts.mark)


@blueprint.post("/admin/topics/<int:topic_id>")
@permit("administer")
def save(topic_id: int) -> Response:
    return _save(topic_id, _facts(topic_id))


def _facts(topic_id: int) -> TopicFacts:
    with reading() as connection:
        facts = topic_facts(connection, topic_id)
    if facts is None:
        raise TopicUnknown()
    return facts


def _save(topic_id: int | None, facts: TopicFacts | None) -> Response:
    form, questions = TopicForm(facts=facts), Questions.typed(request.form)
    seen = request.form.get("seen", "")[:64]
    if questions.act(request.form.get("do", "save")):
        return _page(topic_id, form, questions, seen=seen)
    asked = questions.read()
    if not form.validate() or questions.errors:
        return _page(topic_id, form, questions, seen=seen, status=422)
    command = SaveTopic(actor_id=current_user.id, topic_id=topic_id, facts=form.facts(asked), seen=seen)
    try:
        with unit_of_work() as session:
            kept_id = save_topic(session, command, at=now())
    except ChangedMeanwhile as refusal:
        now_seen = _facts(topic_id).mark if topic_id else ""
        return _page(topic_id, form, questions, seen=now_seen, status=status_of(refusal), refusal=refusal)
    flash(gettext("Saved: %(name)s.", name=command.facts.name.in_("id")), "good")
    if facts is not None and facts.is_active and not command.facts.is_active:
        _tell_coming(kept_id)
    return make_response(redirect(url_for("topics.topic", topic_id=kept_id), 303))


def _tell_coming(topic_id: int) -> None:
    with reading() as connection:
        count = len(still_coming(connection, topic_id=topic_id, at=now()))
    if count:
        flash(
            ngettext(
                "%(num)d appointment on it stays as agreed.",
                "%(num)d appointments on it stay as agreed.",
                count,
            )
        )


def _page(
    topic_id: int | None,
    form: TopicForm,
    questions: Questions,
    *,
    seen: str,
    status: int = 200,
    refusal: ChangedMeanwhile | None = None,
) -> Response:
    coming: list[Any] = []
    if topic_id is not None:
        with reading() as connection:
            coming = still_coming(connection, topic_id=topic_id, at=now())
    body = render_template(
        "consultations/settings/topic.html",
        topic_id=topic_id,
        form=form,
        questions=questions,
        kinds=[(kind.value, gettext(words_)) for kind, words_ in KINDS.items()],
        seen=seen,
        refusal=refusal,
        words=words,
        coming=coming,
    )
    return make_response(body, status)
