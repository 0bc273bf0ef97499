"""Jobs, files, printed sheets and the audit log: the kit that every app uses."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from compound.models.registry import Compound

FIVE_MEGABYTES = 5 * 1024 * 1024


class Job(models.Model):
    """Long work, as a row that is written in the same transaction as its cause.

    Enqueuing is best effort after the commit; `compound.tasks.sweep` picks up what was lost. Who runs a job holds
    a PostgreSQL advisory lock on it, which ends with the worker's connection: a worker killed half-way
    frees its job at once, without a lease that must first run out. See compound/services/jobs.py.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("at work")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, null=True, related_name="jobs")
    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("key"), max_length=120)
    params = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.PositiveIntegerField(_("steps done"), default=0)
    total = models.PositiveIntegerField(_("steps"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    cancel_asked = models.BooleanField(default=False)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey("compound.User", on_delete=models.RESTRICT, null=True, related_name="+")
    # A failed attempt waits until then before the sweep tries it again.
    not_before = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at"]
        indexes = [
            # The sweep: what waits or was left behind.
            models.Index(fields=["not_before"], condition=Q(state__in=["queued", "running"]), name="job_open")
        ]
        constraints = [
            # While a job waits, asking for the same thing again is the same job.
            models.UniqueConstraint(fields=["kind", "key"], condition=Q(state="queued"), name="job_waits_once"),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="job_finished_at",
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="job_progress"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)


class Heartbeat(models.Model):
    """When a worker was last seen alive, for /healthz."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class StoredFile(models.Model):
    """The one door to bytes: PDFs, photos, receipts, uploads. In PostgreSQL, so that one dump holds all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(_("kind"), max_length=40)
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    # Who may open it, besides its author.
    roles = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey("compound.User", on_delete=models.RESTRICT, null=True, related_name="+")
    keep_until = models.DateField(_("keep until"), null=True)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        ordering = ["-created_at"]
        indexes = [
            # The retention service: what is due.
            models.Index(fields=["keep_until"], condition=Q(keep_until__isnull=False), name="file_due")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(size__lte=FIVE_MEGABYTES), name="file_at_most_5_mb"),
        ]

    def __str__(self) -> str:
        return self.name


class Sheet(models.Model):
    """One version of one printed sheet: its rows, its file, its checksums. Append-only by trigger.

    `group` is the thing that it was made for (a round), `part` which sheet of its kind (a building, a supply point).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="sheets")
    kind = models.CharField(_("kind"), max_length=20)
    group = models.UUIDField()
    part = models.CharField(_("part"), max_length=80, blank=True)
    # Natural order of the parts: building 2 before building 10.
    part_key = models.CharField(max_length=200, blank=True, db_collation="C")
    version = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=120)
    language = models.CharField(max_length=10)
    rows = models.JSONField()
    rows_sha256 = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField(_("pages"))
    file = models.OneToOneField(StoredFile, on_delete=models.RESTRICT, related_name="sheet")
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("sheet")
        verbose_name_plural = _("sheets")
        ordering = ["group", "kind", "part_key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["group", "kind", "part", "version"], name="sheet_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="sheet_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class ShortCode(models.Model):
    """Ten Crockford characters on paper that lead a phone to one sheet's page, for 14 days, revocable."""

    code = models.CharField(max_length=10, primary_key=True)
    sheet = models.OneToOneField(Sheet, on_delete=models.CASCADE, related_name="short_code")
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    revoked_by = models.ForeignKey("compound.User", on_delete=models.RESTRICT, null=True, related_name="+")

    class Meta:
        verbose_name = _("short code")
        verbose_name_plural = _("short codes")
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-HJKMNP-TV-Z]{10}$"), name="short_code_is_crockford"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="short_code_revoked_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class AuditEntry(models.Model):
    """Who did what, in the same transaction as the deed. Append-only by trigger.

    `action` is a stable code, `params` its facts, `text` the words as first shown; a page translates code + params.
    """

    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, null=True, related_name="audit")
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        "compound.User", on_delete=models.RESTRICT, null=True, related_name="+", verbose_name=_("by")
    )
    action = models.CharField(_("action"), max_length=40)
    subject = models.CharField(_("subject"), max_length=120, blank=True)
    params = models.JSONField(_("details"), default=dict, blank=True)
    text = models.TextField(_("what happened"), blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["compound", "-at"], name="audit_of_compound")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
