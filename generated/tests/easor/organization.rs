//! The organization API, which has one operation.

use portal_apis::easor::bundles::Reporting;
use portal_apis::runtime::wire::Json;

use crate::support::{Answer, ODD, ODD_ENCODED, Server, call, easor};

#[tokio::test]
async fn accounting_periods_need_an_organization_only() {
    let server = Server::answering([Answer::json(200, "[]")]);
    let organization = easor::<Reporting>(&server).organization();
    organization.list_accounting_periods(ODD).await.unwrap();
    let target = format!("/organization/v2/accounting-periods/{ODD_ENCODED}");
    assert_eq!(server.only_call(), call("GET", &target, &[]));
}

#[tokio::test]
async fn accounting_periods_with_everything() {
    let server = Server::answering([Answer::json(200, "[]")]);
    let organization = easor::<Reporting>(&server).organization();
    organization
        .list_accounting_periods("10001")
        .page_index(0)
        .page_size(10)
        .include_bookkeeping_periods(false)
        .await
        .unwrap();
    let target = "/organization/v2/accounting-periods/10001\
                  ?pageIndex=0&pageSize=10&includeBookkeepingPeriods=false";
    assert_eq!(server.only_call(), call("GET", target, &[]));
}

#[tokio::test]
async fn an_answer_of_unknown_shape_is_kept_digit_by_digit() {
    let body = r#"{"results":[{"id":7,"ratio":1.50,"start":"2024-01-01","sub":null}],"total":1e2}"#;
    let server = Server::answering([Answer::json(200, body)]);
    let organization = easor::<Reporting>(&server).organization();
    let answer = organization.list_accounting_periods("1").await.unwrap();
    let period = answer.get("results").and_then(|all| all.at(0)).unwrap();
    assert_eq!(period.get("id").and_then(Json::as_i64), Some(7));
    assert_eq!(period.get("ratio").unwrap().to_string(), "1.50");
    assert_eq!(answer.get("total").unwrap().to_string(), "1e2");
    assert!(period.get("sub").unwrap().is_null());
}
