"""A form's field for files: what it gives are `Upload`s, each looked at.

The form must be sent as `multipart/form-data` (tests look at each page they get), and its view carries `@takes_files`.
"""

from collections.abc import Collection
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.validators import StopValidation
from wtforms.widgets import FileInput

from portal.errors import RuleBroken
from portal.files import names
from portal.files.checks import Upload, checked, too_large
from portal.files.kinds import EVERYTHING, LARGEST, Kind
from portal.files.refusals import TooManyFiles
from portal.web.errors import words


class UploadField(Field):
    """`data` is a list of `Upload`, empty when none was chosen or one was refused.

    Make it a must with `InputRequired`. Browsers fill in no file by themselves: when the form is shown once more,
    whatever was wrong with it, `chosen_before` are the names that have to be chosen again.
    """

    widget = FileInput(multiple=False)
    data: list[Upload]
    errors: Any

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        most: int = 1,
        kinds: Collection[Kind] = EVERYTHING,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.most = most
        self.kinds = tuple(kinds)
        self.widget = FileInput(multiple=most > 1)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        self.data = []
        # A field left empty is sent too, as a file without a name.
        sent = request.files.getlist(self.name) if formdata is not None else []
        self.raw_data: list[FileStorage] = [file for file in sent if file.filename]

    def pre_validate(self, form: Any) -> None:
        refusals: list[RuleBroken] = []
        if len(self.raw_data) > self.most:
            refusals.append(TooManyFiles(count=len(self.raw_data), limit=self.most))
        else:
            for file in self.raw_data:
                try:
                    self.data.append(_looked_at(file, self.kinds))
                except RuleBroken as refusal:
                    refusals.append(refusal)
        if refusals:
            self.data = []
            self.errors = [*self.errors, *(words(refusal) for refusal in refusals)]
            raise StopValidation()

    @property
    def chosen_before(self) -> list[str]:
        return [names.cleaned(file.filename or "") for file in self.raw_data[: self.most]]

    @property
    def accept(self) -> str:
        """What the browser offers first; it decides nothing."""
        return ",".join(part for kind in self.kinds for part in (kind.media_type, *kind.endings))

    @property
    def allowed(self) -> str:
        return ", ".join(kind.label for kind in self.kinds)

    @property
    def most_megabytes(self) -> int:
        return LARGEST // 2**20


def _looked_at(file: FileStorage, kinds: Collection[Kind]) -> Upload:
    """
    Raises:
        RuleBroken: one of `portal.files.refusals`.
    """
    name = file.filename or ""
    size = file.stream.seek(0, 2)
    if size > LARGEST:
        raise too_large(names.cleaned(name), size)
    file.stream.seek(0)
    return checked(name, file.stream.read(), kinds)
