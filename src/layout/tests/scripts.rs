//! Reading order of scripts that do not run from left to right and from top to bottom.

use super::*;

fn vertical(sheet: Sheet, right: f32, top: f32, text: &str) -> Sheet {
    let height = text.chars().count() as f32 * 40.0;
    sheet.paint(text, right - 40.0, top, 40.0, height)
}

#[test]
fn chinese_rows_are_read_from_top_to_bottom_and_flow_without_spaces() {
    let sheet = Sheet::new().paint("今日は天気が良いので", 150.0, 300.0, 400.0, 40.0).paint(
        "海辺を散歩しました。",
        150.0,
        350.0,
        400.0,
        40.0,
    );
    check(&[("text", sheet.clone(), "今日は天気が良いので\n海辺を散歩しました。")], to_text);
    check(&[("markdown", sheet, "今日は天気が良いので海辺を散歩しました。")], to_markdown);
}

#[test]
fn vertical_lines_are_read_from_right_to_left() {
    let mut sheet = Sheet::new();
    for (index, text) in ["吾輩は猫である名前は", "まだ無いどこで生れた", "かとんと見当がつかぬ"].iter().enumerate()
    {
        sheet = vertical(sheet, 1200.0 - 60.0 * index as f32, 400.0, text);
    }
    let expected = "吾輩は猫である名前は\nまだ無いどこで生れた\nかとんと見当がつかぬ";
    check(&[("by themselves", sheet.clone(), expected)], to_text);
    let with_title =
        sheet.paint("夏目漱石の小説", 900.0, 250.0, 350.0, 50.0).paint("一九〇五年", 900.0, 900.0, 250.0, 40.0);
    let expected = format!("夏目漱石の小説\n\n{expected}\n\n一九〇五年");
    check(&[("between horizontal lines", with_title, &expected)], to_text);
}

#[test]
fn tiers_of_vertical_text_are_read_from_top_to_bottom() {
    let mut sheet = Sheet::new();
    let tiers = [
        ["上段の一行目である", "上段の二行目である", "上段の三行目です"],
        ["下段の一行目である", "下段の二行目である", "下段の三行目です"],
    ];
    for (tier, lines) in tiers.iter().enumerate() {
        for (index, text) in lines.iter().enumerate() {
            sheet = vertical(sheet, 1200.0 - 60.0 * index as f32, 400.0 + 450.0 * tier as f32, text);
        }
    }
    let expected = "上段の一行目である\n上段の二行目である\n上段の三行目です\n\n下段の一行目である\n下段の二行目である\n下段の三行目です";
    check(&[("two tiers", sheet, expected)], to_text);
}

#[test]
fn hebrew_and_arabic_rows_are_read_from_right_to_left() {
    let hebrew = Sheet::new().row(&[(900.0, "שלום"), (150.0, "עולם")]).row(&[(900.0, "אחד"), (150.0, "שתיים")]);
    let arabic = Sheet::new().row(&[(-1450.0, "مرحبا"), (-1350.0, "بالعالم")]);
    let mixed = Sheet::new().row(&[(150.0, "English words are more"), (900.0, "שלום")]);
    check(
        &[
            ("Hebrew", hebrew, "שלום   עולם\nאחד   שתיים"),
            ("Arabic", arabic, "مرحبا بالعالم"),
            ("mostly English", mixed, "English words are more   שלום"),
        ],
        to_text,
    );
}

#[test]
fn columns_of_hebrew_are_read_from_right_to_left() {
    let lines =
        ["שורה ראשונה של טקסט ארוך", "שורה שנייה של טקסט ארוך", "שורה שלישית של טקסט רב", "שורה רביעית של טקסט רב"];
    let other =
        ["טור אחר עם שורה ראשונה", "טור אחר עם שורה שנייה", "טור אחר ובו שורה שלישית", "טור אחר ובו שורה רביעית"];
    let mut sheet = Sheet::new();
    for (index, (first, second)) in lines.iter().zip(other).enumerate() {
        let y = 300.0 + PITCH * index as f32;
        sheet = sheet.paint(first, 900.0, y, 400.0, LINE).paint(second, 300.0, y, 400.0, LINE);
    }
    check(&[("two columns", sheet, &format!("{}\n\n{}", lines.join("\n"), other.join("\n")))], to_text);
}
