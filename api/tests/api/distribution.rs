//! Which rows a hot statement means is said by the key that its tables would be distributed by, as
//! docs/operations.md has it.

use crate::support::bakery::Bakery;
use crate::support::socket::Socket;
use serde_json::json;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// What the page says: the key of each table, and what may lack which (`table alias`).
struct Plan {
    keys: HashMap<String, String>,
    exceptions: Vec<(String, Vec<String>)>,
}

impl Plan {
    fn read() -> Self {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md");
        let page = std::fs::read_to_string(page).unwrap();
        let section = page.split("\n## Citus\n").nth(1).unwrap().split("\n## ").next().unwrap();
        let (keys, exceptions) = section.split_once("| statements with |").unwrap();
        // What is in backticks in the first and second cell of each row.
        let rows = |text: &str| -> Vec<(String, Vec<String>)> {
            let cells = text.lines().filter_map(|line| line.strip_prefix("| `"));
            let row = cells.map(|line| {
                let (first, rest) = line.split_once('`').unwrap();
                let second = rest.split('|').nth(1).unwrap().split('`').skip(1).step_by(2);
                (first.to_owned(), second.map(str::to_owned).collect())
            });
            row.collect()
        };
        let keys = rows(keys).into_iter().map(|(table, mut key)| (table, key.remove(0))).collect();
        Self { keys, exceptions: rows(exceptions) }
    }

    /// The tables of a statement that lack their key, as `table alias`: nothing that is bound says which of
    /// their rows are meant, also not by way of another table's key.
    fn lacking(&self, statement: &str) -> BTreeSet<String> {
        let words = words(statement);
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        let mut tables: Vec<(String, &str)> = Vec::new();
        let mut inserted = Vec::new();
        for at in 0..words.len() {
            let is_source = ["FROM", "JOIN", "INTO", "UPDATE"].contains(&word(at));
            let (table, mut alias) = (word(at + 1), at + 2);
            let Some(key) = self.keys.get(table).filter(|_| is_source) else { continue };
            if word(alias) == "AS" {
                alias += 1;
            }
            let is_alias = word(alias).starts_with(|c: char| c.is_lowercase());
            let name = if is_alias { word(alias) } else { table };
            tables.push((name.to_owned(), table));
            let mut columns =
                words[at..].iter().skip_while(|word| *word != "(").take_while(|word| *word != ")");
            if word(at) == "INTO" && columns.any(|column| column == key) {
                inserted.push(format!("{name}.{key}"));
            }
        }
        let mut known: HashSet<String> = inserted.iter().cloned().collect();
        // Rows that are bound themselves: `unnest($1, $2) AS wanted (topic, after)`.
        for at in (0..words.len()).filter(|at| word(*at) == "unnest") {
            let end = (at..words.len()).find(|end| word(*end) == ")").unwrap();
            let name = if word(end + 1) == "AS" { end + 2 } else { end + 1 };
            let columns = words.iter().skip(name + 2).take_while(|word| *word != ")");
            known.extend(columns.map(|column| format!("{}.{column}", word(name))));
        }
        // A column without a table's name is that of the only table.
        let full = |column: &str| match &tables[..] {
            [(name, _)] if !column.contains('.') => format!("{name}.{column}"),
            _ => column.to_owned(),
        };
        // `a.x = $1`, `a.x = ANY ( $1`, `a.x IN ( $1` and `a.x = b.y`, from either side.
        let equations: Vec<(String, String)> = (1..words.len())
            .filter(|at| ["=", "IN"].contains(&word(*at)))
            .map(|at| {
                let is_list = word(at) == "IN" || word(at + 1) == "ANY";
                let right =
                    if word(at) == "IN" { at + 2 } else { at + 1 + 2 * usize::from(is_list) };
                (full(word(at - 1)), full(word(right)))
            })
            .collect();
        let is_bound = |side: &str, known: &HashSet<String>| {
            side.rsplit('.').next().unwrap().starts_with('$') || known.contains(side)
        };
        let mut before = usize::MAX;
        while known.len() != before {
            before = known.len();
            for (left, right) in &equations {
                if is_bound(right, &known) {
                    known.insert(left.clone());
                }
                if is_bound(left, &known) {
                    known.insert(right.clone());
                }
            }
        }
        // One name may stand for a table in each part of the statement: each needs its own condition.
        let conditions = |key: &String| {
            let said = equations.iter().filter(|(left, right)| {
                left == key && is_bound(right, &known) || right == key && is_bound(left, &known)
            });
            said.count() + inserted.iter().filter(|other| *other == key).count()
        };
        let lacks = |(name, table): &&(String, &str)| {
            let as_often = tables.iter().filter(|(other, _)| other == name).count();
            conditions(&format!("{name}.{}", self.keys[*table])) < as_often
        };
        let shown = |(name, table): &(String, &str)| match name == table {
            true => name.clone(),
            false => format!("{table} {name}"),
        };
        tables.iter().filter(lacks).map(shown).collect()
    }
}

/// The words of a statement: names with their table's, numbers of what is bound, and signs.
fn words(statement: &str) -> Vec<String> {
    let is_name = |letter: char| letter.is_alphanumeric() || "_.$".contains(letter);
    let mut words = vec![String::new()];
    for letter in statement.chars() {
        let last = words.last_mut().unwrap();
        if letter.is_whitespace() {
            words.push(String::new());
        } else if is_name(letter) && last.chars().all(is_name) {
            last.push(letter);
        } else {
            words.push(letter.into());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn the_key_is_looked_for() {
    let plan = Plan::read();
    let lacking = |statement| plan.lacking(statement).into_iter().collect::<Vec<_>>();
    for carried in [
        "SELECT 1 FROM messages WHERE chat_id = $1",
        "SELECT 1 FROM messages m JOIN chats c ON c.id = m.chat_id WHERE c.id = ANY($1)",
        "INSERT INTO events (topic, seq) VALUES ($1, $2)",
        "SELECT 1 FROM unnest($1) AS w (topic), LATERAL (SELECT FROM events e WHERE e.topic = w.topic)",
    ] {
        assert!(lacking(carried).is_empty(), "{carried}");
    }
    for (missing, tables) in [
        ("SELECT 1 FROM messages m WHERE m.id = $1", vec!["messages m"]),
        ("UPDATE chats SET last_seq = $1 WHERE space_id = $2", vec!["chats"]),
        (
            "SELECT 1 FROM messages m JOIN chats c ON c.id = m.chat_id",
            vec!["chats c", "messages m"],
        ),
        (
            "SELECT (SELECT 1 FROM messages m WHERE m.chat_id = $1) FROM messages m WHERE m.id = $2",
            vec!["messages m"],
        ),
    ] {
        assert_eq!(lacking(missing), tables, "{missing}");
    }
}

#[tokio::test]
async fn every_hot_statement_carries_the_key_of_its_tables() {
    let bakery = Bakery::open().await;
    let (anna, boris, chat) = (&bakery.anna, &bakery.boris, &bakery.chat);
    bakery.say(anna, "something to begin with").await;
    let statements: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let seen = statements.clone();
    bakery.app.app.db.at_statements(move |statement, is_done| {
        if !is_done {
            let text = statement.split(" -- binds: ").next().unwrap().replace('"', "");
            seen.lock().unwrap().insert(text);
        }
    });
    let cursors = json!({format!("space:{}", bakery.space): 0});
    let mut socket = Socket::hello(bakery.app.address, &boris.token, cursors).await;
    socket.ask("join_room", json!({"chat_id": chat, "after_seq": 0})).await;
    bakery.say(anna, "plain").await;
    bakery.say(anna, "@boris comes").await;
    for query in ["limit=50", "before=3", "after=1", "around=2"] {
        boris.get(&format!("/messages/{chat}?{query}")).await.expect(200);
    }
    boris.post(&format!("/chats/{chat}/read"), json!({"seq": 3})).await.expect(200);
    boris.get("/chats").await.expect(200);
    boris.get(&format!("/spaces/{}/chats", bakery.space)).await.expect(200);
    boris.get(&format!("/spaces/{}/participants", bakery.space)).await.expect(200);

    let plan = Plan::read();
    let statements = statements.lock().unwrap();
    for table in plan.keys.keys() {
        let names = |statement: &String| words(statement).contains(table);
        assert!(statements.iter().any(names), "nothing asks {table}");
    }
    let mut used = BTreeSet::new();
    for statement in &*statements {
        let mut lacking = plan.lacking(statement);
        for (part, tables) in plan.exceptions.iter().filter(|(part, _)| statement.contains(part)) {
            if tables.iter().filter(|table| lacking.remove(*table)).count() > 0 {
                used.insert(part);
            }
        }
        assert!(lacking.is_empty(), "without the key of {lacking:?}: {statement}");
    }
    let known: BTreeSet<&String> = plan.exceptions.iter().map(|(part, _)| part).collect();
    assert_eq!(used, known, "an exception that is none any more");
}
