//! What lists of users are sorted by.
//!
//! Source: the `sort` of the Management API's `GET /users`.

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UserOrder {
    /// The time of making.
    #[default]
    CreatedAt,
    /// The time of the last change.
    UpdatedAt,
    /// The last login; whoever never logged in counts as the first.
    LastLogin,
    /// The number of logins.
    LoginsCount,
    /// The address.
    Email,
    /// The name.
    Name,
    /// The first name.
    GivenName,
    /// The last name.
    FamilyName,
    /// The id.
    UserId,
}

impl UserOrder {
    /// All of them, under their names in the API.
    pub const ALL: [(&'static str, UserOrder); 9] = [
        ("created_at", UserOrder::CreatedAt),
        ("updated_at", UserOrder::UpdatedAt),
        ("last_login", UserOrder::LastLogin),
        ("logins_count", UserOrder::LoginsCount),
        ("email", UserOrder::Email),
        ("name", UserOrder::Name),
        ("given_name", UserOrder::GivenName),
        ("family_name", UserOrder::FamilyName),
        ("user_id", UserOrder::UserId),
    ];

    /// What its index goes by, after the tenant; nobody has all of it in common with another one.
    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            UserOrder::CreatedAt => &["created_at", "id"],
            UserOrder::UpdatedAt => &["updated_at", "id"],
            UserOrder::LastLogin => &["COALESCE(last_login, 0)", "created_at", "id"],
            UserOrder::LoginsCount => &["logins_count", "created_at", "id"],
            UserOrder::Email => &["email", "id"],
            UserOrder::Name => &["name_lower", "created_at", "id"],
            UserOrder::GivenName => &["given_name_lower", "created_at", "id"],
            UserOrder::FamilyName => &["family_name_lower", "created_at", "id"],
            UserOrder::UserId => &["id"],
        }
    }

    pub(super) fn sql(self, descending: bool) -> &'static str {
        match (self, descending) {
            (UserOrder::CreatedAt, false) => "ORDER BY created_at, id",
            (UserOrder::CreatedAt, true) => "ORDER BY created_at DESC, id DESC",
            (UserOrder::UpdatedAt, false) => "ORDER BY updated_at, id",
            (UserOrder::UpdatedAt, true) => "ORDER BY updated_at DESC, id DESC",
            (UserOrder::LastLogin, false) => "ORDER BY COALESCE(last_login, 0), created_at, id",
            (UserOrder::LastLogin, true) => "ORDER BY COALESCE(last_login, 0) DESC, created_at DESC, id DESC",
            (UserOrder::LoginsCount, false) => "ORDER BY logins_count, created_at, id",
            (UserOrder::LoginsCount, true) => "ORDER BY logins_count DESC, created_at DESC, id DESC",
            (UserOrder::Email, false) => "ORDER BY email, id",
            (UserOrder::Email, true) => "ORDER BY email DESC, id DESC",
            (UserOrder::Name, false) => "ORDER BY name_lower, created_at, id",
            (UserOrder::Name, true) => "ORDER BY name_lower DESC, created_at DESC, id DESC",
            (UserOrder::GivenName, false) => "ORDER BY given_name_lower, created_at, id",
            (UserOrder::GivenName, true) => "ORDER BY given_name_lower DESC, created_at DESC, id DESC",
            (UserOrder::FamilyName, false) => "ORDER BY family_name_lower, created_at, id",
            (UserOrder::FamilyName, true) => "ORDER BY family_name_lower DESC, created_at DESC, id DESC",
            (UserOrder::UserId, false) => "ORDER BY id",
            (UserOrder::UserId, true) => "ORDER BY id DESC",
        }
    }
}
