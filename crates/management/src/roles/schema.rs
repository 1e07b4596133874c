//! What `/roles` takes and gives, and the roles and permissions of users.

use doorward_model::schema::{Format, Schema, TEXT, formatted, list, optional, required, text};

use crate::openapi::operation::{
    DONE, FROM, INCLUDE_TOTALS, Operation, PAGE, PER_PAGE, Parameter, TAKE, checkpoint, parameter, reads,
    totals, writes,
};

const NAME: Schema = Schema::Text { min: 1, max: 255, format: Format::Any };
const DESCRIPTION: Schema = Schema::Nullable(&text(500));
const KIND: Schema = Schema::Words(&["tenant"]);
const KIND_SAID: &str = "A role of the tenant; those within organizations are not offered yet.";
const NEW: Schema = Schema::Object(&[
    required("name", NAME, "Its name, unique within the tenant."),
    optional("description", DESCRIPTION, "What it is for."),
    optional("type", KIND, KIND_SAID),
]);
const CHANGE: Schema = Schema::Object(&[
    optional("name", NAME, ""),
    optional("description", DESCRIPTION, ""),
    optional("type", KIND, KIND_SAID),
]);
const ROLE: Schema = Schema::Object(&[
    required("id", TEXT, ""),
    required("name", TEXT, ""),
    required("description", Schema::Nullable(&TEXT), ""),
    required("type", KIND, ""),
]);
const ROLES: Schema = list(&ROLE, usize::MAX);

const PERMISSION: Schema = Schema::Object(&[
    required("resource_server_identifier", text(600).not_empty(), "The API."),
    required("permission_name", formatted(280, Format::Scope).not_empty(), "One of its scopes."),
]);
const PERMISSIONS: Schema =
    Schema::Object(&[required("permissions", Schema::List { of: &PERMISSION, min: 1, max: 1000 }, "")]);
const USER_IDS: Schema = Schema::Object(&[required(
    "users",
    Schema::List { of: &formatted(255, Format::Id).not_empty(), min: 1, max: 1000 },
    "",
)]);
const ROLE_IDS: Schema = Schema::Object(&[required(
    "roles",
    Schema::List { of: &formatted(64, Format::Id).not_empty(), min: 1, max: 1000 },
    "",
)]);
const SOURCE: Schema = Schema::Object(&[
    required("source_id", TEXT, ""),
    required("source_name", TEXT, ""),
    required("source_type", Schema::Words(&["DIRECT", "ROLE"]), ""),
]);
const HELD: Schema = Schema::Object(&[
    required("permission_name", TEXT, ""),
    optional("description", TEXT, ""),
    required("resource_server_name", TEXT, ""),
    required("resource_server_identifier", TEXT, ""),
    optional("sources", list(&SOURCE, usize::MAX), "Where a person has it from."),
]);
const ALL_HELD: Schema = list(&HELD, usize::MAX);
const MEMBER: Schema = Schema::Object(&[
    required("user_id", TEXT, ""),
    optional("email", TEXT, ""),
    optional("name", TEXT, ""),
    optional("picture", TEXT, ""),
]);
const MEMBERS: Schema = list(&MEMBER, usize::MAX);
const NOTHING: Schema = Schema::Object(&[]);

const ROLE_LIST: Schema = Schema::Either(&[ROLES, Schema::Object(&totals("roles", ROLES))]);
const HELD_LIST: Schema = Schema::Either(&[ALL_HELD, Schema::Object(&totals("permissions", ALL_HELD))]);
const MEMBER_LIST: Schema = Schema::Either(&[
    MEMBERS,
    Schema::Object(&totals("users", MEMBERS)),
    Schema::Object(&checkpoint("users", MEMBERS)),
]);

const PAGED: &[Parameter] = &[PAGE, PER_PAGE, INCLUDE_TOTALS];
const FOUND: &[Parameter] = &[
    PAGE,
    PER_PAGE,
    INCLUDE_TOTALS,
    parameter("name_filter", TEXT, "Only roles whose name contains this, whatever its case."),
    parameter(
        "type",
        Schema::Words(&["tenant", "organization"]),
        "Roles of the tenant, or within organizations.",
    ),
    parameter("owner_id", TEXT, "Only roles within this organization; there are none yet."),
];
const WALKED: &[Parameter] = &[PAGE, PER_PAGE, INCLUDE_TOTALS, FROM, TAKE];

pub(crate) const NAMED: &[(&str, &Schema)] = &[
    ("Role", &ROLE),
    ("NewRole", &NEW),
    ("RoleChange", &CHANGE),
    ("Permissions", &PERMISSIONS),
    ("UserIds", &USER_IDS),
    ("RoleIds", &ROLE_IDS),
    ("HeldPermission", &HELD),
    ("RoleMember", &MEMBER),
    ("Nothing", &NOTHING),
];

pub(crate) const OPERATIONS: &[Operation] = &[
    reads("get_roles", "List roles", FOUND, &[(200, Some(&ROLE_LIST))]),
    writes("post_roles", "Create a role", &NEW, &[(200, Some(&ROLE))]),
    reads("get_roles_by_id", "Get a role", &[], &[(200, Some(&ROLE))]),
    writes("patch_roles_by_id", "Update a role", &CHANGE, &[(200, Some(&ROLE))]),
    reads("delete_roles_by_id", "Delete a role", &[], &[(200, Some(&NOTHING))]),
    reads("get_role_permission", "List what a role brings", PAGED, &[(200, Some(&HELD_LIST))]),
    writes(
        "post_role_permission_assignment",
        "Add permissions to a role",
        &PERMISSIONS,
        &[(201, Some(&NOTHING))],
    ),
    writes("delete_role_permission_assignment", "Take permissions from a role", &PERMISSIONS, DONE),
    reads("get_role_user", "List who has a role", WALKED, &[(200, Some(&MEMBER_LIST))]),
    writes("post_role_users", "Give a role to users", &USER_IDS, &[(200, Some(&NOTHING))]),
    reads("get_user_roles", "List the roles of a user", PAGED, &[(200, Some(&ROLE_LIST))]),
    writes("post_user_roles", "Give roles to a user", &ROLE_IDS, DONE),
    writes("delete_user_roles", "Take roles from a user", &ROLE_IDS, DONE),
    reads("get_permissions", "List what a user may do", PAGED, &[(200, Some(&HELD_LIST))]),
    writes("post_permissions", "Add permissions to a user", &PERMISSIONS, &[(201, Some(&NOTHING))]),
    writes("delete_permissions", "Take permissions from a user", &PERMISSIONS, DONE),
];
