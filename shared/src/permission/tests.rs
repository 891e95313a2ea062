//! The rules of the engine, held over thousands of random people, roles and chats.

use super::*;
use proptest::prelude::*;

fn sets() -> impl Strategy<Value = PermissionSet> {
    prop_oneof![
        Just(PermissionSet::NONE),
        Just(PermissionSet::ALL),
        Just(PermissionSet::ADMINISTRATOR),
        Just(PermissionSet::MODERATOR),
        Just(PermissionSet::MEMBER),
        proptest::collection::vec(permissions(), 0..12).prop_map(PermissionSet::from_iter),
    ]
}

fn permissions() -> impl Strategy<Value = Permission> {
    proptest::sample::select(Permission::ALL)
}

/// What a chat may open or close, reading apart.
fn openable() -> impl Strategy<Value = Permission> {
    let keys = CHAT_SCOPE.without(PermissionSet::RESTRICTED).iter().collect::<Vec<_>>();
    proptest::sample::select(keys)
}

/// Few people and few roles, so that they meet.
fn user(n: u128) -> UserId {
    UserId(uuid::Uuid::from_u128(n))
}

fn role(n: u128) -> RoleId {
    RoleId(uuid::Uuid::from_u128(n))
}

fn standings() -> impl Strategy<Value = Standing> {
    (0..4_u128, proptest::bool::weighted(0.2), 0..4_u128, 1..=100, sets(), sets()).prop_map(
        |(id, is_owner, role_id, rank, held, denied)| Standing {
            user_id: user(id),
            is_owner,
            role_id: role(role_id),
            rank,
            role: held,
            denied,
        },
    )
}

fn overrides() -> impl Strategy<Value = Vec<ChatOverride>> {
    let target = prop_oneof![
        Just(OverrideTarget::Everybody),
        (0..4_u128).prop_map(|n| OverrideTarget::Role(role(n))),
        (0..4_u128).prop_map(|n| OverrideTarget::Member(user(n))),
    ];
    let one = (target, sets(), sets()).prop_map(|(target, allow, deny)| ChatOverride {
        target,
        allow,
        deny,
    });
    proptest::collection::vec(one, 0..6)
}

const POWER: PermissionSet = PermissionSet::ALL.without(CHAT_SCOPE);

fn both(a: PermissionSet, b: PermissionSet) -> PermissionSet {
    a.without(PermissionSet::ALL.without(b))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn nobody_acts_on_an_equal_or_higher_rank(
        actor in standings(), target in standings(), needed in permissions(),
    ) {
        if act_on_member(&actor, &target, needed).is_ok() {
            prop_assert!(actor.is_owner || actor.rank > target.rank);
            prop_assert!(in_space(&actor).contains(needed));
            prop_assert_ne!(actor.user_id, target.user_id);
            prop_assert!(!target.is_owner);
            prop_assert!(actor.is_owner || !target.role.contains(Permission::Untouchable));
        }
    }

    #[test]
    fn no_two_members_may_act_on_each_other(
        one in standings(), other in standings(), needed in permissions(),
    ) {
        prop_assume!(!(one.is_owner && other.is_owner));
        let both_may = act_on_member(&one, &other, needed).is_ok()
            && act_on_member(&other, &one, needed).is_ok();
        prop_assert!(!both_may);
    }

    #[test]
    fn no_role_grants_what_its_maker_lacks(
        actor in standings(), rank in 1..=100, granted in sets(),
    ) {
        if act_on_role(&actor, rank, granted).is_ok() {
            prop_assert!(in_space(&actor).covers(granted));
            prop_assert!(actor.is_owner || rank < actor.rank);
            prop_assert!(in_space(&actor).contains(Permission::PromoteMembers));
        }
        if change_role(&actor, rank, granted).is_ok() {
            prop_assert!(act_on_role(&actor, rank, granted).is_ok());
            prop_assert!(actor.is_owner || !granted.contains(Permission::Untouchable));
        }
    }

    #[test]
    fn who_is_promoted_never_passes_his_promoter(
        actor in standings(), target in standings(), rank in 1..=100, granted in sets(),
    ) {
        prop_assume!(!actor.is_owner);
        let promoted = act_on_member(&actor, &target, Permission::PromoteMembers).is_ok()
            && act_on_role(&actor, rank, granted).is_ok();
        if promoted {
            let now = Standing { rank, role: granted, ..target };
            prop_assert!(in_space(&actor).covers(in_space(&now)));
            prop_assert!(act_on_member(&now, &actor, Permission::KickMembers).is_err());
        }
    }

    #[test]
    fn the_owner_may_everything_always(
        owner in standings(), overrides in overrides(), other in standings(),
        needed in permissions(), rank in 1..=100, granted in sets(),
    ) {
        let owner = Standing { is_owner: true, ..owner };
        let other = Standing { is_owner: false, ..other };
        prop_assert_eq!(in_space(&owner), PermissionSet::ALL);
        prop_assert_eq!(in_chat(&owner, &overrides), PermissionSet::ALL);
        prop_assert!(change_role(&owner, rank, granted).is_ok());
        if owner.user_id != other.user_id {
            prop_assert!(act_on_member(&owner, &other, needed).is_ok());
        }
    }

    #[test]
    fn restrictions_only_take(
        standing in standings(), denied in sets(), overrides in overrides(),
    ) {
        let standing = Standing { is_owner: false, ..standing };
        let free = Standing { denied: PermissionSet::NONE, ..standing };
        let held = Standing { denied, ..standing };
        prop_assert!(in_space(&free).covers(in_space(&held)));
        prop_assert!(in_chat(&free, &overrides).covers(in_chat(&held, &overrides)));
        prop_assert!(both(in_space(&held), denied).is_empty());
        prop_assert!(both(in_chat(&held, &overrides), denied).is_empty());
    }

    #[test]
    fn overrides_never_grant_power_over_the_space(
        standing in standings(), overrides in overrides(),
    ) {
        let here = in_chat(&standing, &overrides);
        prop_assert!(in_space(&standing).covers(both(here, POWER)));
        if !here.is_empty() {
            prop_assert!(here.contains(Permission::ViewChat));
        }
    }

    #[test]
    fn overrides_of_others_change_nothing(
        standing in standings(), overrides in overrides(),
    ) {
        let mine = |o: &ChatOverride| match o.target {
            OverrideTarget::Everybody => true,
            OverrideTarget::Role(id) => id == standing.role_id,
            OverrideTarget::Member(id) => id == standing.user_id,
        };
        let own: Vec<_> = overrides.iter().copied().filter(mine).collect();
        prop_assert_eq!(in_chat(&standing, &overrides), in_chat(&standing, &own));
    }

    #[test]
    fn an_explanation_ends_with_the_answer(
        standing in standings(), overrides in overrides(), key in openable(),
    ) {
        let steps = explain(&standing, &overrides, key);
        let answer = steps.last().is_some_and(|step| step.allows);
        prop_assert_eq!(answer, in_chat(&standing, &overrides).contains(key), "{:?}", steps);
    }

    #[test]
    fn a_private_chat_opens_only_to_whom_it_names(
        standing in standings(), other in 4..8_u128,
    ) {
        let standing = Standing { is_owner: false, denied: PermissionSet::NONE, ..standing };
        let view = PermissionSet::RESTRICTED;
        let none = PermissionSet::NONE;
        let close = ChatOverride { target: OverrideTarget::Everybody, allow: none, deny: view };
        let open = |target| ChatOverride { target, allow: view, deny: none };
        let foreign = [close, open(OverrideTarget::Role(role(other))), open(OverrideTarget::Member(user(other)))];
        prop_assert!(in_chat(&standing, &foreign).is_empty());
        for own in [OverrideTarget::Role(standing.role_id), OverrideTarget::Member(standing.user_id)] {
            prop_assert!(in_chat(&standing, &[open(own), close]).contains(Permission::ViewChat));
        }
    }

    #[test]
    fn a_member_override_wins_over_his_role(
        standing in standings(), of_role in sets(), key in openable(),
    ) {
        let standing = Standing {
            is_owner: false,
            denied: PermissionSet::NONE,
            role: standing.role.union(PermissionSet::RESTRICTED),
            ..standing
        };
        let key_only = PermissionSet::of(&[key]);
        let none = PermissionSet::NONE;
        let keep_open = of_role.without(PermissionSet::RESTRICTED);
        let role = ChatOverride {
            target: OverrideTarget::Role(standing.role_id), allow: none, deny: keep_open,
        };
        let member = OverrideTarget::Member(standing.user_id);
        let allow = ChatOverride { target: member, allow: key_only, deny: none };
        let deny = ChatOverride { target: member, allow: none, deny: key_only };
        for order in [[role, allow], [allow, role]] {
            prop_assert!(in_chat(&standing, &order).contains(key));
        }
        for order in [[role, deny], [deny, role]] {
            prop_assert!(!in_chat(&standing, &order).contains(key));
        }
    }

    #[test]
    fn the_wire_keeps_every_set(set in sets()) {
        let text = serde_json::to_string(&set).unwrap();
        prop_assert_eq!(serde_json::from_str::<PermissionSet>(&text).unwrap(), set);
    }
}

#[test]
fn the_bits_in_the_database_never_move() {
    let bits: Vec<(u8, &str)> = Permission::ALL.iter().map(|p| (*p as u8, p.key())).collect();
    let first = [(0, "manage_space"), (1, "change_info"), (2, "delete_space"), (3, "view_audit")];
    assert_eq!(bits[..4], first);
    assert_eq!((bits[11], bits[22]), ((11, "untouchable"), (22, "pin_messages")));
    let mut numbers: Vec<u8> = bits.iter().map(|(bit, _)| *bit).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), Permission::ALL.len(), "two permissions share a bit");
}

#[test]
fn a_restriction_ends_at_its_time() {
    let now = chrono::Utc::now();
    let second = chrono::Duration::seconds(1);
    assert!(in_force(None, now));
    assert!(in_force(Some(now + second), now));
    assert!(!in_force(Some(now), now));
    assert!(!in_force(Some(now - second), now));
}

#[test]
fn the_refusals_say_why() {
    let standing = |id, rank, set| Standing {
        user_id: user(id),
        is_owner: false,
        role_id: role(id),
        rank,
        role: set,
        denied: PermissionSet::NONE,
    };
    let admin = standing(1, 80, PermissionSet::ADMINISTRATOR);
    let member = standing(2, 10, PermissionSet::MEMBER);
    let owner = Standing { is_owner: true, ..standing(3, 100, PermissionSet::ALL) };
    let saint = standing(4, 1, PermissionSet::of(&[Permission::Untouchable]));
    let kick = Permission::KickMembers;
    assert_eq!(act_on_member(&admin, &member, kick), Ok(()));
    assert_eq!(act_on_member(&member, &admin, kick), Err(Refusal::Missing(kick)));
    assert_eq!(act_on_member(&admin, &admin, kick), Err(Refusal::Yourself));
    assert_eq!(act_on_member(&admin, &owner, kick), Err(Refusal::Untouchable));
    assert_eq!(act_on_member(&admin, &saint, kick), Err(Refusal::Untouchable));
    assert_eq!(act_on_member(&owner, &saint, kick), Ok(()));
    assert_eq!(act_on_role(&admin, 80, PermissionSet::NONE), Err(Refusal::Rank));
    let more = PermissionSet::of(&[Permission::DeleteSpace]);
    assert_eq!(act_on_role(&admin, 10, more), Err(Refusal::Grants(more)));
}
