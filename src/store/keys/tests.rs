//! Keys: sealed at rest, opened by the right master key in the right place only, and never lost by a rotation.

use std::path::{Path, PathBuf};

use super::*;
use crate::database::Home;

const SECRET: &str = "gsk_0123456789abcdefWXYZ";

async fn open(home: &Home) -> ProviderKeys {
    ProviderKeys::of(Arc::new(home.open().await), MasterPlace::File(master(home.path())))
}

fn master(folder: &Path) -> PathBuf {
    folder.join("config").join("master.key")
}

/// What can be opened, and what cannot, by id.
async fn opened(keys: &ProviderKeys) -> (Vec<(String, String)>, Vec<String>) {
    let (kept, _) = keys.all_that_open().await.unwrap();
    let (open, shut): (Vec<_>, Vec<_>) = kept.into_iter().partition(|key| key.secret.is_some());
    let open = open.into_iter().map(|key| (key.listed.id, key.secret.unwrap_or_default())).collect();
    (open, shut.into_iter().map(|key| key.listed.id).collect())
}

#[tokio::test]
async fn a_key_is_there_after_a_restart_and_is_nowhere_in_clear() {
    for home in Home::each() {
        let keys = open(&home).await;
        let listed = keys.add("pk_1", "groq", SECRET, "mine", 7).await.unwrap();
        assert_eq!((listed.tail.as_str(), listed.wants_master), ("WXYZ", None));
        assert!(matches!(keys.add("pk_2", "groq", SECRET, "", 8).await, Err(KeyFailed::Known(id)) if id == "pk_1"));
        keys.add("pk_3", "groq", "short", "", 9).await.unwrap();
        assert_eq!(keys.revision().await.unwrap(), 2);
        drop(keys);
        // What a server has on its disk is what was sent to it.
        for file in std::fs::read_dir(home.path().join("store")).into_iter().flatten() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(10).any(|window| window == &SECRET.as_bytes()[4..14]), "a key stands in clear");
        }
        let keys = open(&home).await;
        let kept = keys.all().await.unwrap();
        assert_eq!(kept[0].secret.as_deref(), Some(SECRET));
        assert_eq!((kept[0].listed.label.as_str(), kept[0].listed.tail.as_str()), ("mine", "WXYZ"));
        assert_eq!(kept[1].listed.tail, "", "the end of a short key would tell it");
        assert!(!format!("{kept:?}").contains("0123"));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_master_key_is_a_file_for_its_owner_alone() {
    for home in Home::each() {
        use std::os::unix::fs::PermissionsExt;
        let keys = open(&home).await;
        keys.add("pk_1", "groq", SECRET, "", 1).await.unwrap();
        let path = master(home.path());
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.trim().len(), 64);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let refused = keys.all().await.unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
        let (kept, told) = keys.all_that_open().await.unwrap();
        assert!(kept[0].secret.is_none() && told.is_some());
    }
}

#[tokio::test]
async fn a_sealed_key_opens_in_its_own_row_only() {
    for home in Home::each() {
        let keys = open(&home).await;
        keys.add("pk_1", "groq", SECRET, "", 1).await.unwrap();
        let moved = |sql| keys.database.write(vec![Statement::new(sql)]);
        moved("UPDATE provider_keys SET provider = 'attacker'").await.unwrap();
        assert_eq!(opened(&keys).await.1, ["pk_1"], "another provider would get it");
        moved("UPDATE provider_keys SET provider = 'groq', id = 'pk_9'").await.unwrap();
        assert_eq!(opened(&keys).await.1, ["pk_9"]);
        moved("UPDATE provider_keys SET id = 'pk_1'").await.unwrap();
        assert_eq!(opened(&keys).await.1, [] as [&str; 0]);
        let damaged = Statement::new("UPDATE provider_keys SET sealed = ?").with(vec![1, 0]);
        keys.database.write(vec![damaged]).await.unwrap();
        assert_eq!(opened(&keys).await.1, ["pk_1"], "what is damaged opens nowhere and breaks nothing");
    }
}

#[tokio::test]
async fn a_wrong_master_key_opens_nothing_loses_nothing_and_is_not_replaced() {
    for home in Home::each() {
        let keys = open(&home).await;
        keys.add("pk_1", "groq", SECRET, "", 1).await.unwrap();
        let path = master(home.path());
        let right = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let refused = keys.add("pk_2", "groq", "another", "", 2).await.unwrap_err();
        assert!(matches!(&refused, KeyFailed::OtherMaster(id) if right.len() > id.len()), "{refused}");
        assert!(!path.exists(), "no second master key is made in silence");
        let other = MasterKey::generate().unwrap();
        let with_other = ProviderKeys::of(keys.database.clone(), MasterPlace::Variables(other.written(), None));
        let kept = with_other.all().await.unwrap();
        assert!(kept[0].secret.is_none() && kept[0].listed.wants_master.is_some());
        with_other.add("pk_2", "groq", "new one", "", 2).await.unwrap();
        let given = MasterPlace::Variables(right, None);
        let again = ProviderKeys::of(keys.database.clone(), given);
        assert_eq!(opened(&again).await, (vec![("pk_1".into(), SECRET.into())], vec!["pk_2".into()]));
        let refused = MasterPlace::Variables("hello".into(), None).read().unwrap_err().to_string();
        assert!(refused.contains("MEDIARY_MASTER_KEY holds no master key"), "{refused}");
    }
}

#[tokio::test]
async fn a_rotation_ends_with_one_master_key_wherever_it_was_interrupted() {
    for home in Home::each() {
        let keys = open(&home).await;
        keys.add("pk_1", "groq", SECRET, "", 1).await.unwrap();
        keys.add("pk_2", "gemini", "AIza-0123456789", "", 2).await.unwrap();
        let path = master(home.path());
        let next = path.with_extension("key.next");
        let first = std::fs::read_to_string(&path).unwrap();
        let both = vec![("pk_2".to_owned(), "AIza-0123456789".to_owned()), ("pk_1".to_owned(), SECRET.to_owned())];

        // The new key was written, and nothing more.
        let made = keys.place.make_next().unwrap();
        assert_eq!(opened(&keys).await.0, both);
        let rotated = keys.rotate_master().await.unwrap();
        assert_eq!(
            (rotated.master, rotated.keys, rotated.unopened.len()),
            (made.id(), 2, 0),
            "the same one is gone on with"
        );
        assert!(!next.exists());
        let second = std::fs::read_to_string(&path).unwrap();
        assert_ne!(first, second);
        assert_eq!(opened(&keys).await.0, both);

        // Everything was sealed anew, and the file not renamed.
        keys.rotate_master().await.unwrap();
        std::fs::rename(&path, &next).unwrap();
        std::fs::write(&path, &second).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(opened(&keys).await.0, both, "both are read meanwhile");
        keys.add("pk_3", "xai", "xai-0123456789", "", 3).await.unwrap();
        assert_eq!(keys.rotate_master().await.unwrap().keys, 3);
        assert!(!next.exists());
        assert_eq!(opened(&keys).await.0.len(), 3);

        // What cannot be opened is named and left as it is.
        let other = ProviderKeys::of(keys.database.clone(), MasterPlace::Variables(first, Some(second)));
        let rotated = other.rotate_master().await.unwrap();
        assert_eq!((rotated.keys, rotated.unopened.len()), (0, 3));
        assert_eq!(opened(&keys).await.0.len(), 3);
    }
}

#[tokio::test]
async fn keys_are_changed_by_their_ids() {
    for home in Home::each() {
        let keys = open(&home).await;
        keys.add("pk_1", "groq", SECRET, "", 1).await.unwrap();
        assert!(keys.label("pk_1", "work").await.unwrap());
        assert!(keys.disable("pk_1", true).await.unwrap());
        let listed = keys.all().await.unwrap().remove(0).listed;
        assert_eq!((listed.label.as_str(), listed.is_disabled), ("work", true));
        assert!(!keys.label("pk_2", "work").await.unwrap());
        assert!(keys.remove("pk_1").await.unwrap());
        assert!(!keys.remove("pk_1").await.unwrap());
        assert!(keys.all().await.unwrap().is_empty());
    }
}
