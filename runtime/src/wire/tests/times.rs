//! Dates, times and durations.

use super::{read, refused, unchanged, written};
use crate::wire::{
    Date, DateTime, Duration, LocalDateTime, OffsetDateTime, Time, date, full_date, jiff,
};
use jiff::{SignedDuration, Span, Timestamp, tz::Offset};

#[test]
fn date_times_go_out_as_they_came() {
    for text in [
        "2021-11-29T10:01:00.0000000+00:00",
        "2024-05-10T12:29:33.3946799Z",
        "2014-01-01 12:45:56",
        "2014-01-01T12:45:56",
        "2014-01-01t12:45:56z",
        "2014-01-01T12:45Z",
        "2014-01-01T12:45",
        "2014-01-01T12:45:56.1+02:00",
        "2014-01-01T12:45:56.120-05:30",
        "2014-01-01T12:45:56-00:00",
        "2014-01-01T12:45:56+0200",
        "2014-01-01T12:45:56+02",
        "2016-12-31T23:59:60Z",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59.999999999",
        "2014-01-01 12:45:56.123456789+14:00",
        "2014-01-01T12:45:56.123456789000Z",
    ] {
        unchanged::<DateTime>(&format!("\"{text}\""));
    }
}

#[test]
fn what_is_no_date_time_is_refused() {
    assert_eq!(
        refused::<DateTime>("\"29.11.2021\""),
        "$: expected a date and time like 2023-11-07T10:15:30Z, found string \"29.11.2021\""
    );
    for text in [
        "",
        "2021-11-29",
        "2021-11-29T",
        "2021-11-29T10",
        "2021-11-29T24:00:00Z",
        "2021-13-29T10:01:00Z",
        "2021-02-29T10:01:00Z",
        "2021-11-29T10:60:00Z",
        "2021-11-29T10:01:61Z",
        "2021-11-29T10:01:00.Z",
        "2021-11-29T10:01:00,5Z",
        "2021-11-29T10:01:00+24:00",
        "2021-11-29T10:01:00+01:60",
        "2021-11-29T10:01:00+1:00",
        "2021-11-29T10:01:00 Z",
        "2021-11-29T10:01:00Zx",
        "21-11-29T10:01:00Z",
        "2021-11-29T10:01:00.1234567891Z",
        "2021-11-29T10:01:00-0000",
        "2021-11-29T10:01:00[UTC]",
        "+2021-11-29T10:01:00Z",
        "2021-11-29T10:01:00+02:00:00",
        "２021-11-29T10:01:00Z",
        "2021-11-29ä10:01:00Z",
        "9999-12-31T23:59:59-14:00",
    ] {
        refused::<DateTime>(&format!("\"{text}\""));
    }
}

#[test]
fn only_an_offset_makes_an_instant() {
    let instant: DateTime = "2024-05-10T14:29:33.5+02:00".parse().unwrap();
    assert_eq!(
        instant.timestamp(),
        Some("2024-05-10T12:29:33.5Z".parse::<Timestamp>().unwrap())
    );
    assert_eq!(instant.offset(), Some(Offset::constant(2)));
    let local: DateTime = "2024-05-10 14:29:33".parse().unwrap();
    assert_eq!(local.timestamp(), None);
    assert_eq!(local.offset(), None);
    let DateTime::Local(local) = local else {
        panic!("an offset out of nowhere")
    };
    assert_eq!(
        local.in_utc().unwrap().to_string(),
        "2024-05-10 14:29:33+00:00"
    );
}

#[test]
fn types_that_know_about_their_offset_insist_on_it() {
    unchanged::<OffsetDateTime>("\"2024-05-10T14:29:33Z\"");
    unchanged::<LocalDateTime>("\"2024-05-10T14:29:33\"");
    refused::<OffsetDateTime>("\"2024-05-10T14:29:33\"");
    refused::<LocalDateTime>("\"2024-05-10T14:29:33Z\"");
}

#[test]
fn instants_are_ordered_by_time() {
    let read = |text: &str| text.parse::<DateTime>().unwrap();
    assert!(read("2024-05-10T14:00:00+02:00") < read("2024-05-10T13:00:00Z"));
    assert_ne!(
        read("2024-05-10T14:00:00+02:00"),
        read("2024-05-10T12:00:00Z")
    );
    assert_eq!(
        read("2024-05-10T14:00:00+02:00").timestamp(),
        read("2024-05-10T12:00:00Z").timestamp()
    );
    assert_eq!(
        read("2024-05-10T14:00:00").partial_cmp(&read("2024-05-10T12:00:00Z")),
        None
    );
    assert!(read("2024-05-10T12:00:00") < read("2024-05-10T14:00:00"));
}

#[test]
fn instants_are_written_with_the_digits_they_need() {
    let written = |text: &str| DateTime::from(text.parse::<Timestamp>().unwrap()).to_string();
    assert_eq!(written("2024-05-10T12:29:33Z"), "2024-05-10T12:29:33Z");
    assert_eq!(
        written("2024-05-10T12:29:33.5Z"),
        "2024-05-10T12:29:33.500Z"
    );
    assert_eq!(
        written("2024-05-10T12:29:33.0000005Z"),
        "2024-05-10T12:29:33.000000500Z"
    );
    let precise = DateTime::from("2024-05-10T12:29:33.1239999Z".parse::<Timestamp>().unwrap());
    assert_eq!(
        precise.with_fraction_digits(3).to_string(),
        "2024-05-10T12:29:33.123Z"
    );
    assert_eq!(
        precise.with_fraction_digits(0).to_string(),
        "2024-05-10T12:29:33Z"
    );
    assert_eq!(
        precise.with_fraction_digits(3).timestamp(),
        "2024-05-10T12:29:33.123Z".parse().ok()
    );
    let local =
        OffsetDateTime::new(date(2024, 5, 10).at(9, 0, 0, 0), Offset::constant(-3)).unwrap();
    assert_eq!(local.to_string(), "2024-05-10T09:00:00-03:00");
}

#[test]
fn dates_are_taken_in_one_form() {
    unchanged::<Date>("\"2023-11-07\"");
    assert_eq!(read::<Date>("\"2023-11-07\"").unwrap(), date(2023, 11, 7));
    for text in [
        "20231107",
        "2023-11-7",
        "2023-02-30",
        "2023-11-07T00:00:00",
        "7.11.2023",
        "-2023-11-07",
    ] {
        refused::<Date>(&format!("\"{text}\""));
    }
}

#[test]
fn times_of_day_go_out_as_they_came() {
    for text in [
        "10:15",
        "10:15:30",
        "10:15:30.50",
        "10:15:30Z",
        "10:15:30.123+02:00",
        "23:59:60",
    ] {
        unchanged::<Time>(&format!("\"{text}\""));
    }
    for text in ["25:00", "10", "10:15:30.", "10:15 Z", "1:15"] {
        refused::<Time>(&format!("\"{text}\""));
    }
    let time: Time = "10:15:30.5+02:00".parse().unwrap();
    assert_eq!(time.civil(), jiff::civil::time(10, 15, 30, 500_000_000));
    assert_eq!(time.offset(), Some(Offset::constant(2)));
    assert!(time > jiff::civil::time(10, 15, 30, 0).into());
}

#[test]
fn durations_go_out_as_they_came() {
    for text in ["P1Y2M10DT2H30M", "PT0S", "P4W", "PT1.5S", "-P1D", "PT36H"] {
        unchanged::<Duration>(&format!("\"{text}\""));
    }
    for text in ["", "P", "PT", "1h", "1 hour", "1.02:03:04", "P1DT"] {
        refused::<Duration>(&format!("\"{text}\""));
    }
    let duration: Duration = "P1DT2H".parse().unwrap();
    assert_eq!(duration.exact(), Some(SignedDuration::from_hours(26)));
    assert_eq!(
        duration.span().fieldwise(),
        Span::new().days(1).hours(2).fieldwise()
    );
    assert_eq!("P1M".parse::<Duration>().unwrap().exact(), None);
    assert_eq!(
        written(&Duration::from(SignedDuration::from_secs(90))),
        "\"PT1M30S\""
    );
}

#[test]
fn a_full_date_is_nothing_but_a_date() {
    assert_eq!(full_date("2024-02-29"), Ok(date(2024, 2, 29)));
    for text in [
        "",
        "2023-02-29",
        "2023-13-01",
        "2023-1-1",
        "20231107",
        "2023-11-07T00:00:00",
        "2023-11-07 ",
        " 2023-11-07",
        "2023-11-07Z",
        "+002023-11-07",
        "-002023-11-07",
        "2023-W45-2",
        "07.11.2023",
    ] {
        assert!(full_date(text).is_err(), "{text}");
        refused::<Date>(&format!("\"{text}\""));
    }
    assert_eq!(
        full_date("x").unwrap_err().to_string(),
        "expected a date like 2023-11-07"
    );
    // Which is why there is one of our own: the type's takes more.
    for text in ["20231107", "2023-11-07T23:59:00"] {
        assert_eq!(text.parse::<Date>().unwrap(), date(2023, 11, 7));
    }
}
