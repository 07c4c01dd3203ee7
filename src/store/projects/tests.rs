//! Projects in a database: their owner's alone, bounded, with files that go when they go elsewhere, and passages as they were
//! written.

use super::*;
use crate::database::Home;
use crate::files::{FileRow, Files};

fn project(id: &str, owner: &[u8], name: &str) -> ProjectRow {
    ProjectRow {
        id: id.to_owned(),
        owner: owner.to_vec(),
        name: name.to_owned(),
        instructions: "Be brief.".to_owned(),
        color: "#3b82f6".to_owned(),
        icon: String::new(),
        created_at: 10,
        updated_at: 10,
    }
}

fn file(id: &str, expires_at: Option<i64>) -> FileRow {
    FileRow {
        id: id.to_owned(),
        owner: b"me".to_vec(),
        name: format!("{id}.txt"),
        mime: "text/plain".to_owned(),
        purpose: "user_data".to_owned(),
        bytes: 7,
        hash: format!("hash of {id}"),
        created_at: 10,
        expires_at,
    }
}

fn passage(text: &str, vector: Option<Vector>) -> NewPassage {
    NewPassage { page: Some(2), heading: "Head".to_owned(), text: text.to_owned(), vector }
}

fn ready(passages: Vec<NewPassage>, model: Option<&str>) -> Indexed {
    let model = model.map(str::to_owned);
    Indexed { state: FileState::Ready, reason: None, pages: 3, model, passages }
}

fn work(file: &str, is_read: bool) -> Unindexed {
    Unindexed { project: "p1".to_owned(), owner: b"me".to_vec(), file: file.to_owned(), is_read }
}

#[tokio::test]
async fn projects_are_their_owners_alone_bounded_and_listed_in_pages() {
    for home in Home::each() {
        let projects = Projects::of(Arc::new(home.open().await));
        for (number, name) in ["Garden", "100% Œuvres", "garden tools"].into_iter().enumerate() {
            assert!(projects.make(project(&format!("p{number}"), b"me", name), 3).await.unwrap());
        }
        assert!(!projects.make(project("p3", b"me", "one too many"), 3).await.unwrap());
        assert!(projects.make(project("p3", b"other", "theirs"), 3).await.unwrap());
        assert_eq!(projects.get("p3", b"me", 0).await.unwrap(), None);
        let listed = async |list: ProjectList| {
            let (found, has_more) = projects.list(b"me", &list, 0).await.unwrap();
            (found.into_iter().map(|(project, _)| project.id).collect::<Vec<_>>().join(" "), has_more)
        };
        let list = |limit| ProjectList { limit, ..ProjectList::default() };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(listed(list(2)).await, ("p2 p1".to_owned(), true));
        assert_eq!(listed(ProjectList { after: text("p1"), ..list(2) }).await, ("p0".to_owned(), false));
        assert_eq!(listed(ProjectList { search: text("GARDEN"), ..list(9) }).await, ("p2 p0".to_owned(), false));
        assert_eq!(listed(ProjectList { search: text("0% Œ"), ..list(9) }).await, ("p1".to_owned(), false));
        assert_eq!(listed(ProjectList { search: text("_"), ..list(9) }).await, (String::new(), false));
        let changed = ProjectRow { name: "New".to_owned(), updated_at: 20, ..project("p0", b"me", "") };
        assert!(projects.change(changed.clone()).await.unwrap());
        assert!(!projects.change(ProjectRow { owner: b"other".to_vec(), ..changed.clone() }).await.unwrap());
        assert_eq!(projects.get("p0", b"me", 0).await.unwrap(), Some((changed, Counted::default())));
        assert!(!projects.remove("p0", b"other").await.unwrap());
        assert!(projects.remove("p0", b"me").await.unwrap());
        assert_eq!(projects.get("p0", b"me", 0).await.unwrap(), None);
    }
}

#[tokio::test]
async fn files_are_read_once_and_leave_with_their_files_their_time_or_their_project() {
    for home in Home::each() {
        let database = Arc::new(home.open().await);
        let (projects, files) = (Projects::of(database.clone()), Files::of(database));
        projects.make(project("p1", b"me", "One"), 9).await.unwrap();
        for id in ["f1", "f2", "f3", "f4"] {
            files.keep(file(id, (id == "f3").then_some(50))).await.unwrap();
        }
        assert!(projects.add_file("p1", "none", false, 9, 11).await.is_err(), "there is no such file");
        for id in ["f1", "f2", "f3"] {
            assert!(projects.add_file("p1", id, id == "f2", 3, 11).await.unwrap());
        }
        assert!(!projects.add_file("p1", "f1", false, 9, 11).await.unwrap(), "it is there already");
        assert!(!projects.add_file("p1", "f4", false, 3, 11).await.unwrap(), "there are so many");
        assert_eq!(projects.own_files("p1").await.unwrap(), ["f2"]);
        let due = async |model: Option<&str>, now| {
            let found = projects.unindexed(model, now, 9).await.unwrap();
            found.into_iter().map(|work| format!("{} {}", work.file, work.is_read)).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(due(Some("m"), 12).await, "f1 false, f2 false, f3 false");
        assert!(projects.claim(&work("f1", false), 12, 100).await.unwrap());
        assert!(!projects.claim(&work("f1", false), 12, 100).await.unwrap(), "another has it");
        assert_eq!(due(Some("m"), 50).await, "f2 false", "one is claimed, the time of another is over");
        assert_eq!(due(Some("m"), 100).await, "f1 false, f2 false", "its server is gone");
        let two = vec![passage("one", Some(vec![1.0, -0.5])), passage("two", None)];
        assert!(projects.index(&work("f1", false), ready(two.clone(), Some("m"))).await.unwrap());
        let many = (0..120).map(|number| passage(&format!("n{number}"), None)).collect();
        assert!(projects.index(&work("f2", false), ready(many, None)).await.unwrap());
        let file = projects.file("p1", "f1", 12).await.unwrap().unwrap();
        assert_eq!((file.state, file.pages, file.passages, file.model.as_deref()), (FileState::Ready, 3, 2, Some("m")));
        let (_, counted) = projects.get("p1", b"me", 12).await.unwrap().unwrap();
        assert_eq!(counted, Counted { files: 3, reading: 1, failed: 0, passages: 122, bytes: 21, threads: 0 });
        let (_, counted) = projects.get("p1", b"me", 50).await.unwrap().unwrap();
        assert_eq!((counted.files, counted.reading), (2, 0), "the time of one is over");
        let passages = projects.passages("p1", 12).await.unwrap();
        assert_eq!(passages.len(), 122);
        assert_eq!((passages[0].name.as_str(), passages[1].number, &passages[0].said), ("f1.txt", 2, &two[0]));
        assert_eq!((passages[121].number, passages[121].said.text.as_str()), (120, "n119"));
        // Vectors of another model are made anew, whatever had none before.
        assert_eq!(due(Some("m"), 50).await, "f2 true");
        assert_eq!(due(Some("n"), 50).await, "f1 true, f2 true");
        assert_eq!(due(None, 50).await, "");
        assert_eq!(projects.texts(&work("f1", true)).await.unwrap()[1], ("Head".to_owned(), "two".to_owned()));
        projects.embed_anew(&work("f1", true), "n", vec![vec![0.5], vec![0.25]]).await.unwrap();
        let passages = projects.passages("p1", 12).await.unwrap();
        assert_eq!((passages[1].model.as_deref(), &passages[1].said.vector), (Some("n"), &Some(vec![0.25])));
        projects.put_off(&work("f2", true), 70).await.unwrap();
        assert_eq!(due(Some("n"), 50).await, "");
        projects.give_all_back().await.unwrap();
        assert_eq!(due(Some("n"), 50).await, "f2 true");
        // Read anew, what was there is replaced.
        assert!(projects.read_anew("p1", "f1").await.unwrap());
        assert!(projects.index(&work("f1", false), ready(vec![passage("new", None)], None)).await.unwrap());
        let (found, has_more) = projects.files("p1", None, 2, 12).await.unwrap();
        assert_eq!((found.iter().map(|file| file.id.as_str()).collect::<Vec<_>>(), has_more), (vec!["f3", "f2"], true));
        let (found, has_more) = projects.files("p1", Some("f2"), 2, 12).await.unwrap();
        assert_eq!((found.iter().map(|file| file.passages).collect::<Vec<_>>(), has_more), (vec![1], false));
        // What is removed elsewhere is in no project.
        files.remove("f1", b"me").await.unwrap();
        assert_eq!(projects.file("p1", "f1", 12).await.unwrap(), None);
        assert!(!projects.has_file("f1").await.unwrap());
        assert!(projects.index(&work("f1", false), ready(two, None)).await.is_err(), "it is gone");
        assert!(projects.remove_file("p1", "f2").await.unwrap());
        assert!(!projects.remove_file("p1", "f2").await.unwrap());
        assert_eq!(projects.passages("p1", 12).await.unwrap(), []);
        assert!(projects.remove("p1", b"me").await.unwrap());
        assert!(!projects.has_file("f3").await.unwrap());
        assert!(files.get("f3", b"me", 12).await.unwrap().is_some(), "the file itself stays");
    }
}
