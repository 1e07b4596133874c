//! What the script of the log page listens to while Live is on.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use doorward_engine::logs::filter::resolve;
use doorward_engine::logs::live::{MOST, watch};
use doorward_web::fault::{PageFault, Refusal, Skin};
use doorward_web::live;
use doorward_web::signed_in::SignedIn;
use doorward_web::state::Web;
use http::HeaderMap;

use super::filter::{Asked, Filter};

pub(crate) async fn listen(
    State(web): State<Web>,
    admin: SignedIn,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, PageFault> {
    if !live::is_wanted(&headers) {
        return Ok(Refusal::events_only().as_skin(Skin::Page).into_response());
    }
    let filter = Filter::read(&asked.map(|Query(asked)| asked).unwrap_or_default());
    // Whatever happens from now on is in no time but one that has an end.
    let query = resolve(web.app(), &admin.0, &filter.what).await?;
    let query = filter.in_time(query, web.app().now());
    Ok(match watch(web.app(), &admin.0, query)? {
        Some(watching) => live::answer(web, admin, &headers, watching),
        None => Refusal::too_many_watch(MOST).as_skin(Skin::Page).into_response(),
    })
}
