//! What the Management API takes and gives of a user, field by field.
//!
//! The command line reads what is typed by the same table. Source: the Management API's schemas of `POST /users` and
//! `PATCH /users/{id}`.

use crate::schema::{Format, OBJECT, Schema, TEXT, TIME, WHOLE, formatted, list, optional, required};

/// A text that is not empty, of at most so many characters.
#[must_use]
pub const fn named(max: usize) -> Schema {
    Schema::Text { min: 1, max, format: Format::Any }
}

const NAME: Schema = Schema::Nullable(&named(300));
const PART: Schema = Schema::Nullable(&named(150));
const PICTURE: Schema = Schema::Nullable(&formatted(2048, Format::WebAddress).not_empty());
const PHONE: Schema = Schema::Nullable(&formatted(16, Format::Phone).not_empty());
const METADATA: Schema = Schema::Nullable(&OBJECT);

/// A user that is to be made.
pub const NEW: Schema = Schema::Object(&[
    required("connection", named(128), "The name of the connection."),
    required("email", formatted(254, Format::Email).not_empty(), "The address to log in with."),
    optional("password", named(1024), "The password; its rules are those of the connection."),
    optional(
        "user_id",
        formatted(255, Format::Id).not_empty(),
        "An id of your own choice, which becomes auth0|<this>.",
    ),
    optional("email_verified", Schema::Flag, "Whether the address is proven to be theirs."),
    optional("blocked", Schema::Flag, "Whether the user gets no tokens."),
    optional("name", NAME, "The full name."),
    optional("nickname", NAME, "The casual name."),
    optional("given_name", PART, "The first name."),
    optional("family_name", PART, "The last name."),
    optional("picture", PICTURE, "The address of a picture."),
    optional("phone_number", PHONE, "A telephone number with its country: +4930123456."),
    optional("phone_verified", Schema::Flag, "Whether the number is proven to be theirs."),
    optional("user_metadata", METADATA, "What the person may change; at most 16 KiB."),
    optional("app_metadata", METADATA, "What applications keep about the person; at most 16 KiB."),
    optional("verify_email", Schema::Flag, "No mails are sent yet: false, or left out."),
    optional("verify_phone_number", Schema::Flag, "No messages are sent yet: false, or left out."),
    optional(
        "username",
        Schema::Nullable(&TEXT),
        "Connections know people by their address: null, or left out.",
    ),
]);

/// What a change may name.
pub const CHANGE: Schema = Schema::Object(&[
    optional(
        "email",
        formatted(254, Format::Email).not_empty(),
        "A new address; it counts as not proven unless this says so.",
    ),
    optional("email_verified", Schema::Flag, "Whether the address is proven to be theirs."),
    optional("blocked", Schema::Flag, "Whether the user gets no tokens."),
    optional("password", named(1024), "A new password; it ends all sessions and refresh tokens."),
    optional("name", NAME, "The full name."),
    optional("nickname", NAME, "The casual name."),
    optional("given_name", PART, "The first name."),
    optional("family_name", PART, "The last name."),
    optional("picture", PICTURE, "The address of a picture."),
    optional("phone_number", PHONE, "A telephone number with its country."),
    optional("phone_verified", Schema::Flag, "Whether the number is proven to be theirs."),
    optional("user_metadata", METADATA, "Merged by first-level names; null removes a name, {} all of them."),
    optional("app_metadata", METADATA, "Merged by first-level names; null removes a name, {} all of them."),
    optional("connection", TEXT, "The user's own connection, for tools that always name it."),
    optional("client_id", TEXT, "Taken from tools that send it; it has no meaning yet."),
    optional("verify_email", Schema::Flag, "No mails are sent yet: false, or left out."),
    optional("verify_phone_number", Schema::Flag, "No messages are sent yet: false, or left out."),
    optional(
        "username",
        Schema::Nullable(&TEXT),
        "Connections know people by their address: null, or left out.",
    ),
]);

const IDENTITY: Schema = Schema::Object(&[
    required("connection", TEXT, "The name of the connection."),
    required("user_id", TEXT, "The id there, without the name of the strategy."),
    required("provider", TEXT, "The strategy."),
    required("isSocial", Schema::Flag, "Whether it is a social provider."),
]);

/// What is shown. Nothing is required, because `fields` may leave out anything.
pub const SHOWN: Schema = Schema::Object(&[
    optional("created_at", TIME, "When the user was made."),
    optional("email", TEXT, "The address, in small letters."),
    optional("email_verified", Schema::Flag, "Whether the address is proven to be theirs."),
    optional("family_name", TEXT, "The last name."),
    optional("given_name", TEXT, "The first name."),
    optional("identities", list(&IDENTITY, 1), "How the user is known."),
    optional("name", TEXT, "The full name; the address where none was given."),
    optional("nickname", TEXT, "The casual name; what the address begins with where none was given."),
    optional("phone_number", TEXT, "The telephone number."),
    optional("phone_verified", Schema::Flag, "Whether the number is proven to be theirs."),
    optional("picture", TEXT, "The address of a picture, where one was given."),
    optional("updated_at", TIME, "When the user was last changed."),
    optional("user_id", TEXT, "The id, also sub in tokens."),
    optional("username", TEXT, "A second name to log in with."),
    optional("user_metadata", OBJECT, "What the person may change; absent when empty."),
    optional("app_metadata", OBJECT, "What applications keep; absent when empty."),
    optional("blocked", Schema::Flag, "Whether the user gets no tokens."),
    optional("last_password_reset", TIME, "When the password was last changed."),
    optional("last_ip", TEXT, "Where the last login came from."),
    optional("last_login", TIME, "The last login."),
    optional("logins_count", WHOLE, "How many logins there were."),
]);
