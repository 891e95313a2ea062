//! Access tokens that were not made here, or not for this.

use crate::support::TestApp;
use crate::support::client::Client;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// A token as its true parts, to be bent.
struct Genuine {
    header: Value,
    claims: Value,
    token: String,
    refresh_token: String,
    secret: String,
}

impl Genuine {
    fn of(app: &TestApp, client: &Client) -> Self {
        let mut parts = client.token.split('.');
        Self {
            header: decoded(parts.next().unwrap()),
            claims: decoded(parts.next().unwrap()),
            token: client.token.clone(),
            refresh_token: client.refresh_token.clone(),
            secret: app.app.secrets.signing_keys[0].secret.expose().to_owned(),
        }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_with(&self.secret, &format!("{}.{}", part(header), part(claims)))
    }

    fn sign_with(&self, secret: &str, message: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    fn header(&self, change: Value) -> String {
        self.sign(&merged(&self.header, &change), &self.claims)
    }

    fn claims(&self, change: Value) -> String {
        self.sign(&self.header, &merged(&self.claims, &change))
    }

    fn unsigned(&self, alg: &str) -> String {
        let header = merged(&self.header, &json!({"alg": alg}));
        format!("{}.{}.", part(&header), part(&self.claims))
    }

    fn sha512(&self) -> String {
        let header = merged(&self.header, &json!({"alg": "HS512"}));
        let message = format!("{}.{}", part(&header), part(&self.claims));
        let mut mac = Hmac::<Sha512>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }
}

/// `change` over `value`; `null` removes.
fn merged(value: &Value, change: &Value) -> Value {
    let mut value = value.clone();
    for (name, new) in change.as_object().unwrap() {
        if new.is_null() {
            value.as_object_mut().unwrap().remove(name);
        } else {
            value[name] = new.clone();
        }
    }
    value
}

fn forgeries(real: &Genuine) -> Vec<(&'static str, String)> {
    let now = chrono::Utc::now().timestamp();
    let (body, signature) = real.token.rsplit_once('.').unwrap();
    let (head, claims) = body.split_once('.').unwrap();
    let zeros = uuid::Uuid::nil();
    vec![
        ("nothing", String::new()),
        ("two dots", "..".into()),
        ("a word", "token".into()),
        ("alg none", real.unsigned("none")),
        ("alg None", real.unsigned("None")),
        ("alg NONE", real.unsigned("NONE")),
        ("alg empty", real.unsigned("")),
        ("alg none, signed", real.header(json!({"alg": "none"}))),
        ("alg missing", real.header(json!({"alg": null}))),
        ("alg HS512", real.sha512()),
        ("alg HS384, HS256 signature", real.header(json!({"alg": "HS384"}))),
        ("alg RS256, HS256 signature", real.header(json!({"alg": "RS256"}))),
        ("typ missing", real.header(json!({"typ": null}))),
        ("typ JWT", real.header(json!({"typ": "JWT"}))),
        ("typ rt+jwt", real.header(json!({"typ": "rt+jwt"}))),
        ("kid missing", real.header(json!({"kid": null}))),
        ("kid unknown", real.header(json!({"kid": "00000000"}))),
        ("kid a path", real.header(json!({"kid": "../../dev/null"}))),
        ("kid a number", real.header(json!({"kid": 1}))),
        ("jku", real.header(json!({"jku": "https://evil.example/keys"}))),
        ("jwk", real.header(json!({"jwk": {"kty": "oct", "k": "AAAA"}}))),
        ("crit", real.header(json!({"crit": ["exp"]}))),
        ("unknown header", real.header(json!({"admin": true}))),
        ("aud missing", real.claims(json!({"aud": null}))),
        ("aud another", real.claims(json!({"aud": "another"}))),
        ("aud a list", real.claims(json!({"aud": ["the-space", "another"]}))),
        ("iss missing", real.claims(json!({"iss": null}))),
        ("iss another", real.claims(json!({"iss": "https://evil.example"}))),
        ("sub missing", real.claims(json!({"sub": null}))),
        ("sub another", real.claims(json!({"sub": zeros}))),
        ("sub no id", real.claims(json!({"sub": "admin"}))),
        ("sid missing", real.claims(json!({"sid": null}))),
        ("sid another", real.claims(json!({"sid": zeros}))),
        ("iat missing", real.claims(json!({"iat": null}))),
        ("iat tomorrow", real.claims(json!({"iat": now + 86_400, "exp": now + 90_000}))),
        ("jti missing", real.claims(json!({"jti": null}))),
        ("exp missing", real.claims(json!({"exp": null}))),
        ("exp over", real.claims(json!({"exp": now - 1}))),
        ("exp now", real.claims(json!({"exp": now}))),
        ("exp a text", real.claims(json!({"exp": (now + 600).to_string()}))),
        ("exp a fraction", real.claims(json!({"exp": now as f64 + 600.5}))),
        ("exp negative", real.claims(json!({"exp": -1}))),
        ("unknown claim", real.claims(json!({"role": "admin"}))),
        ("another secret", real.sign_with("another secret", body)),
        ("an empty secret", real.sign_with("", body)),
        ("signature missing", format!("{body}.")),
        ("signature and dot missing", body.to_owned()),
        ("signature cut", real.token[..real.token.len() - 2].to_owned()),
        ("signature of other claims", format!("{head}.{}.{signature}", part(&json!({})))),
        ("claims missing", format!("{head}..{signature}")),
        ("a part too many", format!("{}.{claims}", real.token)),
        ("padding", format!("{}=", real.token)),
        ("a refresh token", real.refresh_token.clone()),
    ]
}

#[tokio::test]
async fn every_forged_token_is_refused() {
    let app = TestApp::start().await;
    let anna = app.user("anna").await;
    let genuine = Genuine::of(&app, &anna);
    let mut caller = app.stranger();
    // The table itself works: a token signed the same way without a change is good.
    for good in [genuine.token.clone(), genuine.claims(json!({}))] {
        caller.token = good;
        caller.get("/auth/me").await.expect(200);
    }
    let forgeries = forgeries(&genuine);
    assert!(forgeries.len() >= 30);
    for (name, token) in forgeries {
        let request = app.stranger().request(reqwest::Method::GET, "/auth/me");
        let answer = crate::support::client::send(request.bearer_auth(token)).await;
        assert_eq!(answer.status, 401, "{name}: {}", answer.text);
        assert_eq!(answer.problem(401), "unauthenticated", "{name}");
    }
}

#[tokio::test]
async fn the_previous_secret_still_verifies_and_no_longer_signs() {
    let settings = [
        ("SPACE_JWT_SECRET", "the new secret of tests"),
        ("SPACE_JWT_SECRET_PREVIOUS", "the old one"),
    ];
    let app = TestApp::with(&settings).await;
    let anna = app.user("anna").await;
    let mut genuine = Genuine::of(&app, &anna);
    let [new, old] = &app.app.secrets.signing_keys[..] else { panic!("two keys") };
    assert_eq!(genuine.header["kid"], new.kid.as_str());
    genuine.secret = old.secret.expose().to_owned();
    let mut caller = app.stranger();
    caller.token = genuine.header(json!({"kid": old.kid}));
    caller.get("/auth/me").await.expect(200);
    caller.token = genuine.header(json!({}));
    caller.get("/auth/me").await.problem(401);
}
