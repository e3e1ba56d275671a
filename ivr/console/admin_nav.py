"""The pages of the administration, for the row of links above each of them."""

from ivr.console.page import Section
from ivr.console.roles import Right

ADMIN = (
    Section("/admin/users", "admin.users", Right.USERS),
    Section("/admin/catalogue", "admin.catalogue", Right.CATALOGUE),
    Section("/admin/prompts", "admin.prompts", Right.CATALOGUE),
    Section("/admin/work", "admin.work", Right.DEAD_LETTERS),
    Section("/admin/campaigns", "admin.campaigns", Right.CAMPAIGNS),
    Section("/admin/retention", "admin.retention", Right.RETENTION),
    Section("/admin/access", "admin.access", Right.ACCESS_LOG),
)
SECTION = Section("/admin", "admin.section", Right.USERS, others=tuple(one.right for one in ADMIN))
