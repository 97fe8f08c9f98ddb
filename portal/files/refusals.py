"""Why a file is not taken. Each says what to do instead; `name` is the file's, cleaned."""

from portal.errors import N_, NotFound, RuleBroken


class NoSuchFile(NotFound):
    message = N_("This file is not there any more.")


class EmptyFile(RuleBroken):
    code = "file-empty"
    message = N_("%(name)s is empty. Open it, save it once more and choose it again.")


class TooLarge(RuleBroken):
    code = "file-too-large"
    message = N_("%(name)s has %(size)s MB; the most is %(limit)s MB. Make it smaller or send it in parts.")


class UnknownKind(RuleBroken):
    code = "file-kind"
    message = N_(
        "%(name)s is no PDF, picture or table. Save it as one of these and choose that: %(allowed)s."
    )


class OtherKind(RuleBroken):
    """Of a kind that the portal takes, but not here."""

    code = "file-kind"
    message = N_("%(name)s is of the kind %(kind)s. What fits here: %(allowed)s.")


class WordDocument(RuleBroken):
    code = "file-kind"
    message = N_("%(name)s is a text document. Save it as PDF and choose that.")


class OldOffice(RuleBroken):
    """The container of Excel 97, Word 97 and of every Office file that is locked."""

    code = "file-kind"
    message = N_(
        "%(name)s is locked or of an old Office. Save it without password as XLSX or PDF and choose that."
    )


class PhonePicture(RuleBroken):
    code = "file-kind"
    message = N_("%(name)s is a HEIC picture, which few can open. Save it as JPEG and choose that.")


class HasMacros(RuleBroken):
    code = "file-macros"
    message = N_("%(name)s holds macros. Save it as an ordinary XLSX without macros and choose that.")


class Locked(RuleBroken):
    code = "file-locked"
    message = N_("%(name)s asks for a password. Save it without one and choose that.")


class Damaged(RuleBroken):
    code = "file-damaged"
    message = N_("%(name)s is damaged or breaks off. Open it, save it anew as %(kind)s and choose that.")


class TooManyPixels(RuleBroken):
    code = "file-too-many-pixels"
    message = N_("%(name)s has too many pixels; the most is %(limit)s megapixels. Make the picture smaller.")


class TooMuchInside(RuleBroken):
    code = "file-too-much-inside"
    message = N_(
        "%(name)s becomes too large when it is opened. Send a smaller table or the part that matters."
    )


class TooManyFiles(RuleBroken):
    code = "files-too-many"
    message = N_("That is %(count)s files; the most is %(limit)s. Choose fewer.")
