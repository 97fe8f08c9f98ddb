"""Consultations: topics, consultants and their hours, appointments, cases.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", postgresql.JSONB(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", postgresql.JSONB(), nullable=False),
        sa.Column("description", postgresql.JSONB(), nullable=False),
        sa.Column(
            "field",
            sa.Enum(
                "institution",
                "human-resources",
                "production",
                "finance",
                "marketing",
                "information-technology",
                "networks",
                name="field",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_before_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("buffer_after_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("step_minutes", sa.Integer(), server_default="30", nullable=False),
        sa.Column("modes", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("confirms_itself", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("answer_hours", sa.Integer(), server_default="24", nullable=False),
        sa.Column("cancel_minutes", sa.Integer(), server_default="120", nullable=False),
        sa.Column("to_bring", postgresql.JSONB(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(
            "cardinality(modes) > 0 AND modes <@ ARRAY['in_person', 'video', 'phone']::varchar[]",
            name=op.f("ck_topic_modes"),
        ),
        sa.CheckConstraint("answer_hours BETWEEN 1 AND 336", name=op.f("ck_topic_answer_hours")),
        sa.CheckConstraint(
            "buffer_before_minutes BETWEEN 0 AND 120 AND buffer_after_minutes BETWEEN 0 AND 120",
            name=op.f("ck_topic_buffers"),
        ),
        sa.CheckConstraint("cancel_minutes >= 0", name=op.f("ck_topic_cancel_minutes")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_topic_minutes")),
        sa.CheckConstraint(
            "step_minutes BETWEEN 5 AND 240 AND 1440 % step_minutes = 0",
            name=op.f("ck_topic_step_divides_day"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
    )
    op.create_table(
        "intake_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("label", postgresql.JSONB(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "long-text",
                "number",
                "yes-no",
                "choice",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("choices", postgresql.JSONB(), nullable=True),
        sa.Column("is_required", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'choice') = (choices IS NOT NULL)", name=op.f("ck_intake_question_choices")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_intake_question_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_question")),
    )
    op.create_index(op.f("ix_intake_question_topic_id"), "intake_question", ["topic_id"], unique=False)
    op.create_table(
        "consultant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("about", postgresql.JSONB(), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.String()), server_default=sa.text("'{id}'"), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("video_url", sa.String(), nullable=True),
        sa.Column("day_limit", sa.Integer(), server_default="6", nullable=False),
        sa.Column("week_limit", sa.Integer(), server_default="20", nullable=False),
        sa.Column("notice_minutes", sa.Integer(), server_default="120", nullable=False),
        sa.Column("horizon_days", sa.Integer(), server_default="30", nullable=False),
        sa.CheckConstraint("day_limit > 0 AND week_limit >= day_limit", name=op.f("ck_consultant_limits")),
        sa.CheckConstraint(
            "notice_minutes >= 0 AND horizon_days BETWEEN 1 AND 365", name=op.f("ck_consultant_window")
        ),
        sa.ForeignKeyConstraint(["id"], ["resource.id"], name=op.f("fk_consultant_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consultant_person_id")),
        sa.ForeignKeyConstraint(["photo_id"], ["stored_file.id"], name=op.f("fk_consultant_photo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultant")),
        sa.UniqueConstraint("person_id", name=op.f("uq_consultant_person_id")),
    )
    op.create_table(
        "hours_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int4range(resource_id, resource_id, '[]')"), "&&"),
            (sa.text("daterange(from_date, until_date, '[]')"), "&&"),
            using="gist",
            name="ex_hours_override_overlap",
        ),
        sa.CheckConstraint("until_date >= from_date", name=op.f("ck_hours_override_order")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_hours_override_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_override")),
    )
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultant_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "in_person",
                "video",
                "phone",
                name="mode",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column(
            "answers", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("has_lapsed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(mode = 'in_person') = (room_id IS NOT NULL)", name=op.f("ck_appointment_room")),
        sa.CheckConstraint("NOT has_lapsed OR ended_at IS NOT NULL", name=op.f("ck_appointment_lapsed")),
        sa.ForeignKeyConstraint(
            ["consultant_id"], ["consultant.id"], name=op.f("fk_appointment_consultant_id")
        ),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_appointment_ended_by_id")),
        sa.ForeignKeyConstraint(
            ["id"], ["reservation.id"], name=op.f("fk_appointment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["room_id"], ["resource.id"], name=op.f("fk_appointment_room_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_appointment_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index("ix_appointment_consultant", "appointment", ["consultant_id", "ended_at"], unique=False)
    op.create_index(op.f("ix_appointment_room_id"), "appointment", ["room_id"], unique=False)
    op.create_index(op.f("ix_appointment_topic_id"), "appointment", ["topic_id"], unique=False)
    op.create_index(
        "ix_appointment_waiting",
        "appointment",
        ["answer_by"],
        unique=False,
        postgresql_where=sa.text("answer_by IS NOT NULL"),
    )
    op.create_table(
        "consultant_topic",
        sa.Column("consultant_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["consultant.id"],
            name=op.f("fk_consultant_topic_consultant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_consultant_topic_topic_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("consultant_id", "topic_id", name=op.f("pk_consultant_topic")),
    )
    op.create_index(op.f("ix_consultant_topic_topic_id"), "consultant_topic", ["topic_id"], unique=False)
    op.create_table(
        "case_file",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_case_file_appointment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_case_file_file_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_case_file")),
    )
    op.create_index(op.f("ix_case_file_appointment_id"), "case_file", ["appointment_id"], unique=False)
    op.create_table(
        "case_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("private_note", sa.String(), server_default="", nullable=False),
        sa.Column("advice", sa.String(), server_default="", nullable=False),
        sa.Column("outcome_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["appointment.id"], name=op.f("fk_case_note_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name=op.f("fk_case_note_outcome_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index(op.f("ix_case_note_outcome_id"), "case_note", ["outcome_id"], unique=False)
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(task) BETWEEN 1 AND 500", name=op.f("ck_follow_up_task_length")),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_follow_up_appointment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_follow_up_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_appointment_id"), "follow_up", ["appointment_id"], unique=False)
    op.create_index(
        "ix_follow_up_due",
        "follow_up",
        ["owner_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index(
        "ix_follow_up_to_remind",
        "follow_up",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND reminded_at IS NULL"),
    )
    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_rating_stars")),
        sa.ForeignKeyConstraint(["id"], ["appointment.id"], name=op.f("fk_rating_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_feed")),
    )
    op.add_column("opening_hours", sa.Column("at_site_id", sa.Integer(), nullable=True))
    op.add_column("opening_hours", sa.Column("override_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_opening_hours_at_site_id"), "opening_hours", ["at_site_id"], unique=False)
    op.create_index(op.f("ix_opening_hours_override_id"), "opening_hours", ["override_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_opening_hours_at_site_id"), "opening_hours", "site", ["at_site_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_opening_hours_override_id"),
        "opening_hours",
        "hours_override",
        ["override_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_check_constraint(
        op.f("ck_opening_hours_of_resource"),
        "opening_hours",
        "resource_id IS NOT NULL OR (at_site_id IS NULL AND override_id IS NULL)",
    )
    op.add_column(
        "resource",
        sa.Column("serves_consultations", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("resource", "serves_consultations")
    op.drop_constraint(op.f("ck_opening_hours_of_resource"), "opening_hours", type_="check")
    op.drop_constraint(op.f("fk_opening_hours_override_id"), "opening_hours", type_="foreignkey")
    op.drop_constraint(op.f("fk_opening_hours_at_site_id"), "opening_hours", type_="foreignkey")
    op.drop_index(op.f("ix_opening_hours_override_id"), table_name="opening_hours")
    op.drop_index(op.f("ix_opening_hours_at_site_id"), table_name="opening_hours")
    op.drop_column("opening_hours", "override_id")
    op.drop_column("opening_hours", "at_site_id")
    op.drop_table("calendar_feed")
    op.drop_table("rating")
    op.drop_index(
        "ix_follow_up_to_remind",
        table_name="follow_up",
        postgresql_where=sa.text("done_at IS NULL AND reminded_at IS NULL"),
    )
    op.drop_index("ix_follow_up_due", table_name="follow_up", postgresql_where=sa.text("done_at IS NULL"))
    op.drop_index(op.f("ix_follow_up_appointment_id"), table_name="follow_up")
    op.drop_table("follow_up")
    op.drop_index(op.f("ix_case_note_outcome_id"), table_name="case_note")
    op.drop_table("case_note")
    op.drop_index(op.f("ix_case_file_appointment_id"), table_name="case_file")
    op.drop_table("case_file")
    op.drop_index(op.f("ix_consultant_topic_topic_id"), table_name="consultant_topic")
    op.drop_table("consultant_topic")
    op.drop_index(
        "ix_appointment_waiting", table_name="appointment", postgresql_where=sa.text("answer_by IS NOT NULL")
    )
    op.drop_index(op.f("ix_appointment_topic_id"), table_name="appointment")
    op.drop_index(op.f("ix_appointment_room_id"), table_name="appointment")
    op.drop_index("ix_appointment_consultant", table_name="appointment")
    op.drop_table("appointment")
    op.drop_table("hours_override")
    op.drop_table("consultant")
    op.drop_index(op.f("ix_intake_question_topic_id"), table_name="intake_question")
    op.drop_table("intake_question")
    op.drop_table("topic")
    op.drop_table("outcome")
