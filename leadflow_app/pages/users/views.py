"""The pieces of the page of people."""

import reflex as rx

from leadflow_app.components.dialogs import form_actions, form_dialog
from leadflow_app.components.fields import actions_menu, cell, state_badge, text_field
from leadflow_app.components.links import chips
from leadflow_app.components.marks import moment
from leadflow_app.components.states import blank, skeleton_rows
from leadflow_app.design import tokens
from leadflow_app.pages.users.rows import InvitationRow, PersonRow, UsersScreen
from leadflow_app.pages.users.state import UsersState
from leadflow_app.rights import Option

PEOPLE = ("Name", "Email", "Role", "State", "Last seen", "Second factor")
INVITATIONS = ("Email", "Role", "Invited by", "Sent", "Link works until")


def invite_button(screen: rx.Var[UsersScreen]) -> rx.Component:
    """Begin to invite somebody: the one primary action here."""
    return rx.cond(
        screen.can_invite,
        rx.button(
            rx.icon("user-plus", size=tokens.ICON, aria_hidden="true"),
            "Invite",
            on_click=UsersState.set_inviting(True),
        ),
    )


def filters(screen: rx.Var[UsersScreen], search: rx.Component) -> rx.Component:
    """Search and states; both live in the address."""
    return rx.el.div(search, chips("State", screen.states), class_name="toolbar")


def head(*names: str) -> rx.Component:
    """Name the columns, and leave one for what can be done."""
    return rx.el.thead(
        rx.el.tr(
            *[rx.el.th(name, scope="col") for name in names],
            rx.el.th(rx.el.span("Actions", class_name="visually-hidden"), scope="col"),
        )
    )


def people(screen: rx.Var[UsersScreen]) -> rx.Component:
    """Show the people as a table; on a phone each becomes a card."""
    return rx.el.table(
        head(*PEOPLE),
        rx.el.tbody(rx.foreach(screen.people, lambda row: person(row, screen.roles))),
        class_name="table records is-cards",
    )


def person(row: rx.Var[PersonRow], roles: rx.Var[list[Option]]) -> rx.Component:
    """Show one of the people."""
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                rx.el.span(row.name),
                rx.foreach(row.notes, lambda note: rx.el.span(note, class_name="tag")),
                class_name="facts-line",
            ),
            class_name="record-name at-1-start",
        ),
        cell("Email", row.email, class_name="soft at-2-start", is_empty=row.email == ""),
        cell(
            "Role",
            rx.cond(row.can_change_role, role_select(row, roles), row.role_label),
            class_name="at-1-end",
        ),
        cell("State", state_badge(row.state, row.state_label), class_name="at-2-end"),
        cell(
            "Last seen",
            last_seen(row),
            class_name="soft is-nowrap is-labelled at-3-start",
            is_empty=row.state == "invited",
        ),
        cell(
            "Second factor",
            row.second_factor,
            class_name="soft is-extra is-off-phone",
            is_empty=row.second_factor == "",
        ),
        row_actions(row.name, row.actions, row.key),
        key=row.key,
        custom_attrs={"data-dead": row.state == "disabled"},
    )


def last_seen(row: rx.Var[PersonRow]) -> rx.Component:
    """Say when somebody was here last; who is invited was never here."""
    seen = rx.cond(row.seen.text != "", moment(row.seen), rx.el.span("Never"))
    return rx.cond(row.state == "invited", "", seen)


def role_select(row: rx.Var[PersonRow], roles: rx.Var[list[Option]]) -> rx.Component:
    """Choose what somebody is."""
    return rx.select.root(
        rx.select.trigger(
            aria_label=f"Role of {row.name}", variant="ghost", color_scheme=tokens.GREY_SCHEME
        ),
        rx.select.content(
            rx.foreach(roles, lambda role: rx.select.item(role.label, value=role.value)),
            position="popper",
        ),
        value=row.role,
        on_change=lambda role: UsersState.choose_role(row.key, role),
    )


def row_actions(name: rx.Var[str], actions: rx.Var[list[Option]], key: rx.Var[str]) -> rx.Component:
    """Offer what can be done with one of the people or an invitation."""
    return rx.el.td(
        rx.cond(
            actions.length() > 0,
            actions_menu(f"Actions for {name}", actions, lambda deed: UsersState.act(key, deed)),
        ),
        class_name="record-actions at-3-end",
        custom_attrs={"data-empty": actions.length() == 0},
    )


def invitations(screen: rx.Var[UsersScreen]) -> rx.Component:
    """Show the invitations that nobody has accepted."""
    return rx.el.table(
        head(*INVITATIONS),
        rx.el.tbody(rx.foreach(screen.invitations, invitation)),
        class_name="table records is-cards",
    )


def invitation(row: rx.Var[InvitationRow]) -> rx.Component:
    """Show one invitation."""
    return rx.el.tr(
        rx.el.td(row.email, class_name="record-name at-1-start"),
        cell("Role", row.role_label, class_name="at-1-end"),
        cell("Invited by", row.by, class_name="soft is-labelled at-2-start"),
        cell("Sent", moment(row.sent), class_name="is-nowrap is-off-phone"),
        cell(
            "Link works until",
            rx.cond(
                row.is_expired,
                rx.el.span("Expired ", moment(row.ends), class_name="soft"),
                moment(row.ends, ""),
            ),
            class_name="is-nowrap is-labelled at-3-start",
        ),
        row_actions(row.email, row.actions, row.key),
        key=row.key,
        custom_attrs={"data-dead": row.is_expired},
    )


def nobody_found(screen: rx.Var[UsersScreen]) -> rx.Component:
    """Say that the filters leave nobody."""
    return rx.cond(
        screen.is_of_invitations & (screen.term == ""),
        blank(
            "mail",
            "No open invitations",
            "Whoever you invite stands here until they accept.",
        ),
        blank(
            "search-x",
            "Nobody matches",
            "Search for a part of a name or of an email address, or choose another state.",
        ),
    )


def alone() -> rx.Component:
    """Say what this page is for while nobody else is here."""
    return rx.el.p(
        "You are the only one here so far. Invite colleagues by email: each gets a role, which "
        "says what they may see and do.",
        class_name="soft small",
    )


def invite_dialog(screen: rx.Var[UsersScreen]) -> rx.Component:
    """Ask whom to invite, and as what."""
    form = rx.el.form(
        text_field(
            "Email",
            "email",
            UsersState.fault,
            type="email",
            required=True,
            auto_focus=True,
            auto_complete="off",
            max_length=254,
        ),
        rx.el.fieldset(
            rx.el.legend("Role"),
            rx.radio_group.root(
                rx.foreach(screen.roles, role_choice), name="role", default_value="operator"
            ),
            class_name="fieldset",
        ),
        form_actions("Make the link"),
        on_submit=UsersState.invite,
        class_name="dialog-body",
    )
    return form_dialog(
        "Invite somebody",
        "LeadFlow makes a link that works for seven days. You send it yourself.",
        form,
        is_open=UsersState.is_inviting,
        on_open_change=UsersState.set_inviting,
    )


def role_choice(role: rx.Var[Option]) -> rx.Component:
    """Offer one role, with what it means."""
    return rx.el.label(
        rx.radio_group.item(value=role.value),
        rx.el.span(
            rx.el.span(role.label),
            rx.el.span(role.hint, class_name="field-hint"),
            class_name="fact-lines",
        ),
        class_name="radio-line",
        key=role.value,
    )


def skeleton() -> rx.Component:
    """Hold the place of the filters and of the rows."""
    return rx.el.div(skeleton_rows(1, tokens.CONTROL_HEIGHT), skeleton_rows(8), class_name="stack")
