//! Models.

use super::{read, refused, unchanged, written};
use crate::wire::{Date, Decimal, Decode, Json, Nullable, ParamValue, ToParam};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
struct Voucher {
    number: i64,
    parent: Option<Box<Voucher>>,
    memo: Option<String>,
    date: Nullable<Date>,
    kind: Kind,
    rows: Option<Vec<Row>>,
    additional: BTreeMap<String, Json>,
}
crate::model! { Voucher {
    number: required "number",
    parent: nullable "parent",
    memo: optional "memo",
    date: patch "voucherDate",
    kind: tag "type" ["blank"],
    rows: optional "rows",
    ..additional
} }

#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    amount: Option<Decimal>,
    r#type: Option<String>,
    odd: Option<i32>,
}
crate::model! { Row { amount: optional "amount", r#type: optional "type", odd: optional "odd \"\\ name" } }

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Blank,
    Unknown(String),
}
crate::string_enum! { Kind { Blank: "blank" } else Unknown }

#[derive(Clone, Debug, Default, PartialEq)]
struct Empty {}
crate::model! { Empty {} }

#[derive(Clone, Debug, Default, PartialEq)]
struct OnlyMore {
    more: BTreeMap<String, i64>,
}
crate::model! { OnlyMore { ..more } }

/// A model that stands within another one, not behind an `Option`.
#[derive(Clone, Debug, PartialEq)]
struct Outer {
    inner: Inner,
    count: i64,
}
crate::model! { Outer { inner: required "inner", count: required "count" } }

#[derive(Clone, Debug, PartialEq)]
struct Inner {
    id: i64,
    note: Option<String>,
    date: Nullable<i64>,
    list: Option<Vec<i64>>,
    more: BTreeMap<String, i64>,
}
crate::model! { Inner {
    id: required "id", note: optional "note", date: patch "date", list: optional "list", ..more
} }

fn voucher() -> Voucher {
    read(r#"{"number":1,"parent":null,"type":"blank"}"#).unwrap()
}

#[test]
fn properties_are_read_in_any_order() {
    let in_order = r#"{"number":7,"parent":null,"memo":"m","voucherDate":"2023-11-07","type":"blank","rows":[]}"#;
    let mixed = r#"{"rows":[],"type":"blank","voucherDate":"2023-11-07","memo":"m","parent":null,"number":7}"#;
    assert_eq!(read::<Voucher>(in_order), read::<Voucher>(mixed));
    unchanged::<Voucher>(in_order);
}

#[test]
fn escaped_names_are_the_same_names() {
    assert_eq!(
        read::<Row>(r#"{"t\u0079pe":"x"}"#)
            .unwrap()
            .r#type
            .as_deref(),
        Some("x")
    );
    unchanged::<Row>(r#"{"odd \"\\ name":1}"#);
}

#[test]
fn absent_null_and_values_are_told_apart() {
    let date = |json: &str| read::<Voucher>(json).unwrap().date;
    assert_eq!(
        date(r#"{"number":1,"parent":null,"type":"blank"}"#),
        Nullable::Absent
    );
    assert_eq!(
        date(r#"{"number":1,"parent":null,"type":"blank","voucherDate":null}"#),
        Nullable::Null
    );
    unchanged::<Voucher>(r#"{"number":1,"parent":null,"type":"blank"}"#);
    unchanged::<Voucher>(r#"{"number":1,"parent":null,"voucherDate":null,"type":"blank"}"#);
}

#[test]
fn a_null_of_an_optional_property_is_left_out_afterwards() {
    let voucher =
        read::<Voucher>(r#"{"number":1,"parent":null,"memo":null,"type":"blank"}"#).unwrap();
    assert_eq!(
        written(&voucher),
        r#"{"number":1,"parent":null,"type":"blank"}"#
    );
}

#[test]
fn all_missing_properties_are_named() {
    assert_eq!(
        refused::<Voucher>(r#"{"memo":"m","type":"blank"}"#),
        "$: expected Voucher with `number`, `parent`, found an object without"
    );
    assert_eq!(
        refused::<Vec<Outer>>(r#"[{"inner":{},"count":1}]"#),
        "$[0].inner: expected Inner with `id`, found an object without"
    );
}

#[test]
fn errors_name_the_path() {
    assert_eq!(
        refused::<Voucher>(
            r#"{"number":1,"parent":{"number":2,"parent":null,"type":"blank","rows":[{},{"amount":"12,50"}]},"type":"x"}"#
        ),
        "$.parent.rows[1].amount: expected a number of at most 28 digits, found string \"12,50\""
    );
    assert_eq!(
        refused::<Voucher>("[]"),
        "$: expected an object, found array"
    );
    assert_eq!(
        refused::<Voucher>(r#"{"number":null}"#),
        "$.number: expected an integer of 64 bits, found null"
    );
    assert_eq!(
        refused::<Row>(r#"{"unknown":{"a":[1,}}"#),
        "$.unknown: expected a value, found '}' (at byte 19; the document is not valid JSON)"
    );
}

#[test]
fn unknown_properties_are_passed_over_or_kept() {
    assert_eq!(
        read::<Row>(r#"{"x":[{"y":1}],"amount":1,"z":null}"#)
            .unwrap()
            .amount,
        Some(1.into())
    );
    unchanged::<Voucher>(r#"{"number":1,"parent":null,"type":"blank","a":{"b":1.50},"z":null}"#);
    unchanged::<OnlyMore>(r#"{"a":1,"b":2}"#);
    assert_eq!(
        refused::<OnlyMore>(r#"{"a":"x"}"#),
        "$.a: expected an integer of 64 bits, found string \"x\""
    );
}

#[test]
fn of_a_repeated_property_the_last_value_counts() {
    assert_eq!(
        read::<Row>(r#"{"amount":1,"amount":null,"type":"a","type":"b"}"#).unwrap(),
        Row {
            r#type: Some("b".into()),
            ..Row::default()
        }
    );
    let twice = r#"{"inner":{"id":1,"note":"n","date":1,"list":[1],"x":1},"count":1,"inner":{"id":2,"y":2}}"#;
    let once = r#"{"inner":{"id":2,"y":2},"count":1}"#;
    assert_eq!(read::<Outer>(twice), read::<Outer>(once));
    let incomplete = r#"{"inner":{"id":1},"count":1,"inner":{"note":"n"}}"#;
    assert!(refused::<Outer>(incomplete).starts_with("$.inner: expected Inner with `id`"));
}

#[test]
fn repetition_is_forgotten_after_the_property() {
    let json = r#"{"count":1,"count":2,"inner":{"id":1,"note":"n"}}"#;
    assert_eq!(
        read::<Outer>(json).unwrap().inner.note.as_deref(),
        Some("n")
    );
}

#[test]
fn models_without_properties_take_any_object() {
    unchanged::<Empty>("{}");
    assert_eq!(read(r#"{"a":1}"#), Ok(Empty {}));
    refused::<Empty>("null");
}

#[test]
fn models_nest_in_boxes_lists_and_options() {
    unchanged::<Voucher>(
        r#"{"number":1,"parent":{"number":2,"parent":null,"type":"blank"},"type":"blank"}"#,
    );
    unchanged::<Vec<Option<Row>>>(r#"[{"amount":1.00},null,{}]"#);
    unchanged::<BTreeMap<String, Row>>(r#"{"a":{"type":"t"}}"#);
}

#[test]
fn models_are_parameters_with_properties() {
    let row = Row {
        amount: Some(Decimal::new(150, 2)),
        r#type: Some("a b".into()),
        odd: None,
    };
    assert_eq!(
        row.to_param().unwrap(),
        ParamValue::Object(vec![
            ("amount".into(), ParamValue::Scalar("1.50".into())),
            ("type".into(), ParamValue::Scalar("a b".into())),
        ])
    );
    let mut outer = voucher();
    outer.parent = Some(Box::new(voucher()));
    let ParamValue::Object(members) = outer.to_param().unwrap() else {
        panic!("no object")
    };
    assert!(matches!(&members[1], (name, ParamValue::Object(_)) if name == "parent"));
}

/// Always holds another one of its kind: no document can be read into it, and trying ends.
#[derive(Debug)]
#[allow(dead_code)]
struct Endless {
    left: Box<Endless>,
    right: Box<Endless>,
}
crate::model! { Endless { left: required "left", right: required "right" } }

#[test]
fn types_without_finite_values_are_refused() {
    assert!(Endless::vacant(15).is_none());
    let message = refused::<Endless>("{}");
    assert!(
        message.contains("one of its properties must be optional"),
        "{message}"
    );
}

/// Nests boxes that must be there, but ends.
#[derive(Debug, PartialEq)]
struct Chain {
    first: Box<Link>,
}
#[derive(Debug, PartialEq)]
struct Link {
    second: Box<Last>,
}
#[derive(Debug, PartialEq)]
struct Last {
    third: Box<Row>,
}
crate::model! { Chain { first: required "first" } }
crate::model! { Link { second: required "second" } }
crate::model! { Last { third: required "third" } }

#[test]
fn required_boxes_are_filled() {
    assert!(Chain::vacant(2).is_none() && Chain::vacant(3).is_some());
    unchanged::<Chain>(r#"{"first":{"second":{"third":{"amount":1}}}}"#);
}

macro_rules! large {
    ($($field:ident $name:literal)*) => {
        #[derive(Debug, Default, PartialEq)]
        struct Large { $($field: Option<i32>),* }
        crate::model! { Large { $($field: optional $name),* } }

        #[derive(Debug, PartialEq)]
        struct Demanding { $($field: i32),* }
        crate::model! { Demanding { $($field: required $name),* } }

        const NAMES: &[&str] = &[$($name),*];
    };
}

large! {
    f0 "0" f1 "1" f2 "2" f3 "3" f4 "4" f5 "5" f6 "6" f7 "7" f8 "8" f9 "9" f10 "10" f11 "11"
    f12 "12" f13 "13" f14 "14" f15 "15" f16 "16" f17 "17" f18 "18" f19 "19" f20 "20" f21 "21"
    f22 "22" f23 "23" f24 "24" f25 "25" f26 "26" f27 "27" f28 "28" f29 "29" f30 "30" f31 "31"
    f32 "32" f33 "33" f34 "34" f35 "35" f36 "36" f37 "37" f38 "38" f39 "39" f40 "40" f41 "41"
    f42 "42" f43 "43" f44 "44" f45 "45" f46 "46" f47 "47" f48 "48" f49 "49" f50 "50" f51 "51"
    f52 "52" f53 "53" f54 "54" f55 "55" f56 "56" f57 "57" f58 "58" f59 "59" f60 "60" f61 "61"
    f62 "62" f63 "63" f64 "64" f65 "65" f66 "66" f67 "67" f68 "68" f69 "69" f70 "70" f71 "71"
    f72 "72" f73 "73" f74 "74" f75 "75" f76 "76" f77 "77" f78 "78" f79 "79" f80 "80" f81 "81"
    f82 "82" f83 "83" f84 "84" f85 "85" f86 "86" f87 "87" f88 "88" f89 "89" f90 "90" f91 "91"
    f92 "92" f93 "93" f94 "94" f95 "95" f96 "96" f97 "97" f98 "98" f99 "99" f100 "100"
    f101 "101" f102 "102" f103 "103" f104 "104" f105 "105" f106 "106" f107 "107" f108 "108"
    f109 "109" f110 "110" f111 "111" f112 "112" f113 "113" f114 "114" f115 "115" f116 "116"
    f117 "117" f118 "118" f119 "119" f120 "120" f121 "121" f122 "122" f123 "123" f124 "124"
    f125 "125" f126 "126" f127 "127" f128 "128" f129 "129" f130 "130" f131 "131" f132 "132"
    f133 "133" f134 "134" f135 "135" f136 "136" f137 "137" f138 "138" f139 "139" f140 "140"
    f141 "141" f142 "142" f143 "143" f144 "144" f145 "145" f146 "146" f147 "147" f148 "148"
    f149 "149" f150 "150" f151 "151" f152 "152" f153 "153" f154 "154" f155 "155" f156 "156"
    f157 "157" f158 "158" f159 "159" f160 "160" f161 "161" f162 "162" f163 "163" f164 "164"
    f165 "165" f166 "166" f167 "167" f168 "168" f169 "169" f170 "170" f171 "171" f172 "172"
    f173 "173" f174 "174" f175 "175" f176 "176" f177 "177" f178 "178" f179 "179" f180 "180"
    f181 "181" f182 "182" f183 "183" f184 "184" f185 "185" f186 "186" f187 "187" f188 "188"
    f189 "189" f190 "190" f191 "191" f192 "192" f193 "193" f194 "194" f195 "195" f196 "196"
    f197 "197" f198 "198" f199 "199" f200 "200" f201 "201" f202 "202" f203 "203" f204 "204"
    f205 "205" f206 "206" f207 "207" f208 "208" f209 "209" f210 "210" f211 "211" f212 "212"
    f213 "213" f214 "214" f215 "215" f216 "216" f217 "217" f218 "218" f219 "219" f220 "220"
    f221 "221" f222 "222" f223 "223" f224 "224" f225 "225" f226 "226" f227 "227" f228 "228"
    f229 "229" f230 "230" f231 "231" f232 "232" f233 "233" f234 "234" f235 "235" f236 "236"
    f237 "237" f238 "238" f239 "239" f240 "240" f241 "241" f242 "242" f243 "243" f244 "244"
    f245 "245" f246 "246" f247 "247" f248 "248" f249 "249" f250 "250" f251 "251" f252 "252"
    f253 "253" f254 "254" f255 "255" f256 "256" f257 "257" f258 "258" f259 "259" f260 "260"
    f261 "261" f262 "262" f263 "263" f264 "264" f265 "265" f266 "266" f267 "267" f268 "268"
    f269 "269" f270 "270" f271 "271" f272 "272" f273 "273" f274 "274" f275 "275" f276 "276"
    f277 "277" f278 "278" f279 "279" f280 "280" f281 "281" f282 "282" f283 "283" f284 "284"
    f285 "285" f286 "286" f287 "287" f288 "288" f289 "289" f290 "290" f291 "291" f292 "292"
    f293 "293" f294 "294" f295 "295" f296 "296" f297 "297" f298 "298" f299 "299"
}

#[test]
fn models_of_many_properties_are_read() {
    let document = |skip: &[usize]| {
        let properties = NAMES
            .iter()
            .enumerate()
            .filter(|(index, _)| !skip.contains(index));
        let properties: Vec<String> = properties
            .map(|(index, name)| format!("\"{name}\":{index}"))
            .collect();
        format!("{{{}}}", properties.join(","))
    };
    unchanged::<Large>(&document(&[]));
    unchanged::<Large>(&document(&[0, 63, 64, 255, 256, 299]));
    unchanged::<Demanding>(&document(&[]));
    for index in [0, 1, 63, 64, 65, 127, 128, 255, 256, 298, 299] {
        let message = refused::<Demanding>(&document(&[index]));
        assert_eq!(
            message,
            format!("$: expected Demanding with `{index}`, found an object without")
        );
    }
}

#[test]
fn models_of_many_properties_are_read_backwards() {
    let properties: Vec<String> = NAMES
        .iter()
        .rev()
        .map(|name| format!("\"{name}\":{name}"))
        .collect();
    let large = read::<Large>(&format!("{{{}}}", properties.join(","))).unwrap();
    assert_eq!(
        (large.f0, large.f64, large.f299),
        (Some(0), Some(64), Some(299))
    );
}
