//! Accounts and tickets in a database: sealed, their owner's alone, renewed by one of two, taken once.

use std::sync::Arc;

use super::*;
use crate::database::{Database, Home, Statement};
use crate::keys::{MasterPlace, ProviderKeys};

fn keys(home: &Home, database: &Arc<Database>) -> ProviderKeys {
    ProviderKeys::of(database.clone(), MasterPlace::File(home.path().join("master.key")))
}

async fn sealed(database: &Database, sql: &'static str) -> Vec<u8> {
    database.read(Statement::new(sql), |row| row.try_get(0)).await.unwrap().remove(0)
}

#[tokio::test]
async fn accounts_are_sealed_and_changed_by_one_of_two() {
    for home in Home::each() {
        let database = Arc::new(home.open().await);
        let keys = keys(&home, &database);
        let accounts = GoogleAccounts::of(database.clone(), keys.clone());
        let scopes = ["openid".to_owned(), "email".to_owned()];
        assert_eq!(accounts.get(b"me").await.unwrap(), None);
        accounts.put(b"me", "ada@a.example", &scopes, "the tokens", 5).await.unwrap();
        let told = accounts.get(b"me").await.unwrap().unwrap();
        assert_eq!((told.tokens.as_deref(), told.scopes.as_slice()), (Some("the tokens"), scopes.as_slice()));
        assert!(!format!("{told:?}").contains("the tokens"));
        assert_eq!(accounts.get(b"other").await.unwrap(), None);
        let row = sealed(&database, "SELECT sealed FROM google_accounts").await;
        assert!(!row.windows(10).any(|part| part == b"the tokens"));

        assert!(accounts.renew(b"me", &told, "newer").await.unwrap());
        assert!(!accounts.renew(b"me", &told, "late").await.unwrap());
        assert!(!accounts.end(b"me", &told).await.unwrap(), "it was renewed since");
        let told = accounts.get(b"me").await.unwrap().unwrap();
        assert_eq!((told.tokens.as_deref(), told.is_ended), (Some("newer"), false));
        assert!(accounts.end(b"me", &told).await.unwrap());
        assert!(accounts.get(b"me").await.unwrap().unwrap().is_ended);
        accounts.put(b"me", "", &[], "again", 6).await.unwrap();
        assert!(!accounts.get(b"me").await.unwrap().unwrap().is_ended);

        let rotated = keys.rotate_master().await.unwrap();
        let told = accounts.get(b"me").await.unwrap().unwrap();
        assert_eq!((told.tokens.as_deref(), rotated.keys), (Some("again"), 0));

        // One that was forgotten and connected anew is of the same version again, and another all the same.
        assert!(accounts.remove(b"me").await.unwrap());
        accounts.put(b"me", "", &[], "first", 7).await.unwrap();
        let first = accounts.get(b"me").await.unwrap().unwrap();
        assert!(accounts.remove(b"me").await.unwrap());
        accounts.put(b"me", "", &[], "second", 7).await.unwrap();
        assert_eq!(accounts.get(b"me").await.unwrap().unwrap().version, first.version);
        assert!(!accounts.renew(b"me", &first, "late").await.unwrap() && !accounts.end(b"me", &first).await.unwrap());

        // What was sealed for one owner does not open with another.
        let moved = Statement::new("UPDATE google_accounts SET owner = ?").with(b"other".to_vec());
        database.write(vec![moved]).await.unwrap();
        assert_eq!(accounts.get(b"other").await.unwrap().unwrap().tokens, None);
        assert!(accounts.remove(b"other").await.unwrap());
        assert!(!accounts.remove(b"other").await.unwrap());
    }
}

#[tokio::test]
async fn a_ticket_is_good_once_and_for_its_time() {
    for home in Home::each() {
        let database = Arc::new(home.open().await);
        let tickets = Tickets::of(database.clone(), keys(&home, &database));
        let ticket = Ticket { owner: b"me".to_vec(), holds: "the verifier".to_owned() };
        let issue = async |text: &str, expires_at: i64| {
            tickets.issue(("state", text), &ticket, (10, expires_at), 3).await.unwrap()
        };
        assert!(issue("a", 20).await && issue("b", 20).await && issue("c", 12).await);
        assert!(!issue("d", 20).await, "there are enough");
        for column in ["SELECT sealed FROM google_tickets", "SELECT digest FROM google_tickets"] {
            let row = sealed(&database, column).await;
            assert!(!row.windows(8).any(|part| part == b"verifier") && row != b"a");
        }
        assert_eq!(tickets.take(("send", "a"), 11).await.unwrap(), None, "it is of another kind");
        let both = tokio::join!(tickets.take(("state", "a"), 11), tickets.take(("state", "a"), 11));
        let taken = [both.0.unwrap(), both.1.unwrap()].into_iter().flatten().collect::<Vec<_>>();
        assert_eq!(taken, std::slice::from_ref(&ticket));
        assert_eq!(tickets.take(("state", "b"), 20).await.unwrap(), None, "its time is over");
        assert_eq!(tickets.take(("state", "none"), 11).await.unwrap(), None);
        assert!(tickets.issue(("state", "e"), &ticket, (13, 30), 3).await.unwrap());
        tickets.forget(b"me").await.unwrap();
        assert_eq!(tickets.take(("state", "e"), 14).await.unwrap(), None);
    }
}
