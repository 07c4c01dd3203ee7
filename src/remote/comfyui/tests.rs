//! A job from its graph to its picture.

use std::collections::VecDeque;

use mediary_core::capability::{Abilities, TaskKind};
use mediary_core::task::{ImageJob, ImageSize, ImageWork, ReplyEvent, ReplyFrame, Task};
use mediary_core::{Blob, MediaFormat};

use super::ComfyUi;
use crate::golden::{self, sent_task};
use crate::{Dialect, FollowUp, Frame};

#[test]
fn a_picture_is_a_graph_of_nodes() {
    let size = Some(ImageSize::new(768, 512));
    let task = Task::Image(ImageJob { size, count: 2, seed: Some(7), ..ImageJob::of("a \"red\" fox") });
    let row = Abilities::of("comfy/sdxl.safetensors".parse().unwrap(), TaskKind::ImageGeneration);
    insta::assert_snapshot!(sent_task(&ComfyUi, &row, &task));
}

#[test]
fn an_edit_begins_with_uploads_that_its_graph_names() {
    let picture = || golden::media(MediaFormat::Png).media;
    let row = Abilities::of("comfy/sdxl.safetensors".parse().unwrap(), TaskKind::ImageEdit);
    let size = Some(ImageSize::new(768, 512));
    let edit = ImageWork::Edit { sources: vec![picture()], mask: Some(picture()) };
    let edit = Task::Image(ImageJob { work: edit, size, count: 2, ..ImageJob::of("at night") });
    let variation = Task::Image(ImageJob { work: ImageWork::Variation(picture()), ..ImageJob::of("") });
    for (task, uploads) in [(&edit, 2), (&variation, 1)] {
        let call = golden::encode_task(&ComfyUi, &row, task).unwrap();
        let name = format!("mediary-{}.png", picture().blob.hash());
        assert_eq!(
            call.before.iter().map(|call| call.path.as_str()).collect::<Vec<_>>(),
            vec!["/upload/image"; uploads]
        );
        for upload in &call.before {
            let form = String::from_utf8_lossy(&upload.body.read_all().unwrap()).into_owned();
            assert!(
                form.contains(&format!("name=\"image\"; filename=\"{name}\"")) && form.contains("overwrite"),
                "{form}"
            );
        }
        assert!(String::from_utf8_lossy(&call.body.read_all().unwrap()).contains(&format!("\"image\":\"{name}\"")));
    }
    insta::assert_snapshot!(sent_task(&ComfyUi, &row, &edit));
}

#[test]
fn a_job_is_followed_until_its_pictures_are_here() {
    let mut reader = ComfyUi.reader(&Task::Image(ImageJob::of("a fox")), false);
    let done = r#"{"j 1":{"outputs":{"7":{"images":[{"filename":"a b.png","subfolder":"","type":"temp"}]}},
                   "status":{"status_str":"success","completed":true}}}"#;
    let steps: VecDeque<(&str, Option<&str>)> = [
        (r#"{"prompt_id":"j 1","number":3,"node_errors":{}}"#, Some("/history/j%201")),
        ("{}", Some("/history/j%201")),
        (done, Some("/view?filename=a%20b%2Epng&subfolder=&type=temp")),
        ("\"mediary-file:0\"", None),
    ]
    .into();
    let mut events = Vec::new();
    for (answer, next) in steps {
        let mut frame = ReplyFrame::default();
        reader.takes(vec![Some(Blob::in_memory(b"picture".to_vec()))]);
        reader.read(&Frame { event: None, data: answer.as_bytes() }, &mut frame).unwrap();
        events.extend(frame.events);
        let path = reader.follow_up().map(|FollowUp { path, .. }| path);
        assert_eq!(path.as_deref(), next, "{answer}");
    }
    assert!(matches!(events.as_slice(), [ReplyEvent::Picture(_), ReplyEvent::Finish { .. }]), "{events:?}");
}

#[test]
fn a_job_that_failed_or_made_nothing_is_told() {
    let rows = [
        r#"{"j":{"outputs":{},"status":{"status_str":"error","completed":false}}}"#,
        r#"{"j":{"outputs":{},"status":{"status_str":"success","completed":true}}}"#,
    ];
    for history in rows {
        let mut reader = ComfyUi.reader(&Task::Image(ImageJob::of("a fox")), false);
        let mut frame = ReplyFrame::default();
        reader.read(&Frame { event: None, data: br#"{"prompt_id":"j"}"# }, &mut frame).unwrap();
        assert!(reader.read(&Frame { event: None, data: history.as_bytes() }, &mut frame).is_err(), "{history}");
    }
}
