//! The client's real address: `X-Forwarded-For` counts only from a trusted proxy.

use crate::app::App;
use actix_web::{FromRequest, HttpRequest, dev, web};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The nearest address that is not a trusted proxy's.
#[must_use]
pub fn of(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |addr| addr.ip());
    let Some(app) = request.app_data::<web::Data<App>>() else { return peer };
    let mut address = peer;
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|v| v.to_str().ok());
    let mut hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).collect();
    while app.config.server.trusts(address) {
        match hops.pop().and_then(|hop| hop.trim().parse().ok()) {
            Some(hop) => address = hop,
            None => break,
        }
    }
    address
}

impl FromRequest for ClientAddress {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(Ok(Self(of(request))))
    }
}
