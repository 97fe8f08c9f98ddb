"""A consultant's profile, as they type it themselves, and what the administrator adds to it."""

from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from portal.consultations.consultants.queries import ConsultantFacts, Profile, Standing
from portal.consultations.consultants.services import Photo
from portal.consultations.topics.forms import BoxesField, typed_words
from portal.consultations.wording import LANGUAGES
from portal.db import Words
from portal.files.forms import UploadField
from portal.files.kinds import PICTURES
from portal.web.forms import Form, no_nul
from portal.web.locale import current_locale

LONGEST_NAME, LONGEST_ABOUT, LONGEST_URL = 120, 1000, 300


class ProfileForm(Form):
    about_id = TextAreaField(
        _l("What you help with, in Indonesian"),
        validators=[Length(max=LONGEST_ABOUT), no_nul],
        render_kw={"rows": 5},
    )
    about_en = TextAreaField(
        _l("What you help with, in English"),
        validators=[Length(max=LONGEST_ABOUT), no_nul],
        render_kw={"rows": 5},
    )
    languages = BoxesField(
        _l("Languages spoken"), validators=[InputRequired(_l("Choose at least one language"))]
    )
    video_url = StringField(
        _l("Link of the video room"),
        validators=[Length(max=LONGEST_URL), no_nul],
        render_kw={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"},
    )
    photo = UploadField(_l("Photo"), kinds=PICTURES)
    no_photo = BooleanField(_l("Take the photo away"))

    def __init__(self, *arguments: Any, facts: ConsultantFacts | None = None, **options: Any) -> None:
        shown = _profile(facts.profile) if facts else {"languages": ["id"]}
        super().__init__(*arguments, **(shown | options))
        codes = dict.fromkeys([*LANGUAGES, *shown["languages"]])
        self.languages.choices = [
            SelectChoice(code, gettext(LANGUAGES[code]) if code in LANGUAGES else code) for code in codes
        ]

    def validate_video_url(self, field: StringField) -> None:
        typed = (field.data or "").strip()
        if typed and not _is_web_address(typed):
            raise ValidationError(
                _l("A link begins with https://. Example: https://meet.google.com/abc-defg-hij")
            )

    @property
    def profile(self) -> Profile:
        return Profile(
            about=typed_words(self, "about"),
            languages=tuple(self.languages.data or ()),
            video_url=(self.video_url.data or "").strip() or None,
        )

    @property
    def new_photo(self) -> Photo:
        return Photo(self.photo.data[0] if self.photo.data else None, bool(self.no_photo.data))


class ConsultantForm(ProfileForm):
    in_order = (
        "name",
        "site_id",
        "topic_ids",
        "about_id",
        "about_en",
        "languages",
        "video_url",
        "photo",
        "no_photo",
        "day_limit",
        "week_limit",
        "notice_minutes",
        "horizon_days",
        "is_active",
    )
    name = StringField(
        _l("Name people see"),
        validators=[InputRequired(_l("Type a name")), Length(max=LONGEST_NAME), no_nul],
    )
    site_id = SelectField(_l("At home at"), coerce=int)
    topic_ids = BoxesField(_l("Advises on"), coerce=int)
    day_limit = IntegerField(_l("Most appointments a day"), validators=[InputRequired(), NumberRange(1, 50)])
    week_limit = IntegerField(
        _l("Most appointments a week"), validators=[InputRequired(), NumberRange(1, 200)]
    )
    notice_minutes = IntegerField(
        _l("Asked for at least so many minutes ahead"), validators=[InputRequired(), NumberRange(0, 43_200)]
    )
    horizon_days = IntegerField(
        _l("Asked for at most so many days ahead"), validators=[InputRequired(), NumberRange(1, 365)]
    )
    is_active = BooleanField(_l("Offered"))

    def __init__(
        self,
        *arguments: Any,
        facts: ConsultantFacts | None = None,
        name: str = "",
        sites: list[tuple[int, str]],
        topics: list[tuple[int, Words, bool]],
        **options: Any,
    ) -> None:
        shown = _standing(facts.standing) if facts else _usual(name)
        super().__init__(*arguments, facts=facts, **(shown | options))
        self.site_id.choices = [SelectChoice(id_, site) for id_, site in sites]
        locale = current_locale()
        self.topic_ids.choices = [
            SelectChoice(
                id_,
                words.in_(locale) if is_active else gettext("%(name)s (not offered)", name=words.in_(locale)),
            )
            for id_, words, is_active in topics
        ]

    def validate_week_limit(self, field: IntegerField) -> None:
        if field.data is not None and self.day_limit.data is not None and field.data < self.day_limit.data:
            raise ValidationError(_l("A week holds at least as many as a day."))

    @property
    def standing(self) -> Standing:
        return Standing(
            name=" ".join((self.name.data or "").split()),
            site_id=self.site_id.data,
            topic_ids=tuple(sorted(self.topic_ids.data or ())),
            day_limit=self.day_limit.data or 1,
            week_limit=self.week_limit.data or 1,
            notice_minutes=self.notice_minutes.data or 0,
            horizon_days=self.horizon_days.data or 1,
            is_active=bool(self.is_active.data),
        )


def _is_web_address(typed: str) -> bool:
    try:
        parts = urlsplit(typed)
    except ValueError:
        return False
    return (
        parts.scheme == "https"
        and "." in (parts.hostname or "")
        and typed.isascii()
        and typed.isprintable()
        and " " not in typed
    )


def _profile(profile: Profile) -> dict[str, Any]:
    return {
        "about_id": profile.about.id,
        "about_en": profile.about.en,
        "languages": list(profile.languages),
        "video_url": profile.video_url,
    }


def _standing(standing: Standing) -> dict[str, Any]:
    values = {name: getattr(standing, name) for name in Standing.__dataclass_fields__}
    return values | {"topic_ids": list(standing.topic_ids)}


def _usual(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "day_limit": 6,
        "week_limit": 20,
        "notice_minutes": 120,
        "horizon_days": 30,
        "is_active": True,
    }
