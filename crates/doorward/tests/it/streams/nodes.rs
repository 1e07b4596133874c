//! Several nodes: one delivers, and another takes over what it leaves.

use serde_json::json;

use super::*;
use crate::kit::receiver::Said;

#[tokio::test]
async fn of_two_nodes_one_delivers_and_each_event_comes_once() {
    for engine in Engine::all() {
        let (house, receiver) = (House::on(engine).await, Receiver::new().await);
        let other = house.second_node().await;
        let id = stream_to(&house, &receiver, json!({})).await;
        house.app.deliver_streams();
        other.app.deliver_streams();
        happen(&house, 0, 20).await;
        complete(&house, &id, &receiver, 20).await;
        house.stop().await;
        other.stop().await;
    }
}

#[tokio::test]
async fn a_node_that_stops_lets_go_and_the_other_goes_on_where_it_was() {
    for engine in Engine::all() {
        let (house, receiver) = (House::on(engine).await, Receiver::new().await);
        let other = house.second_node().await;
        let id = stream_to(&house, &receiver, json!({})).await;
        house.app.deliver_streams();
        happen(&house, 0, 5).await;
        until(&other, &id, |health| health.state.waiting == 0).await;
        house.stop().await;
        other.app.deliver_streams();
        happen(&other, 5, 5).await;
        complete(&other, &id, &receiver, 10).await;
        other.stop().await;
    }
}

/// What a node whose clock is an hour ahead wrote: the others do not wait for an hour.
#[tokio::test]
async fn a_wait_that_a_clock_ahead_of_the_others_wrote_ends_at_once() {
    let (house, receiver) = (House::new().await, Receiver::new().await);
    receiver.answers(|_| Said::Status(503, "no"));
    let id = stream_to(&house, &receiver, json!({})).await;
    house.advance(3600);
    house.app.deliver_streams();
    until(&house, &id, |health| health.state.progress.failures == 1).await;
    receiver.answers(|_| Said::Status(200, "yes"));
    house.set_back(3600);
    until(&house, &id, |health| health.state.waiting == 0).await;
    house.stop().await;
}

#[tokio::test]
async fn a_node_that_is_killed_is_taken_over_within_ten_seconds() {
    for engine in Engine::all() {
        let (house, receiver) = (House::on(engine).await, Receiver::new().await);
        let other = house.second_node().await;
        let id = stream_to(&house, &receiver, json!({})).await;
        // The lease of a node that is not there any more.
        house.take_lease(&id, "a node that was killed").await;
        other.app.deliver_streams();
        happen(&house, 0, 3).await;
        // A second of the house for each at which the other node looks: it has to see the lease before it can miss
        // a sign of life.
        let mut seconds = 0;
        while receiver.got().is_empty() {
            assert!(seconds < 10, "{engine:?}: it is not taken over within ten seconds");
            house.advance(1);
            seconds += 1;
            tokio::time::sleep(Duration::from_millis(1050)).await;
        }
        assert!(seconds >= 7, "{engine:?}: it was taken over after {seconds} seconds already");
        until(&other, &id, |health| health.state.waiting == 0).await;
        assert_eq!(receiver.taken()[1..], logged(&house, &id).await);
        other.stop().await;
    }
}
