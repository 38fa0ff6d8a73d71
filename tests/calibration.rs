//! The calibration page is of the detectors that there are. What it says is measured by `tests/calibration/run`.

use sshrst::detect::CATALOGUE;

#[test]
fn every_detector_is_on_the_calibration_page() {
    let page = include_str!("../src/infer/CALIBRATION.md");
    let rows = || page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let missing: Vec<_> =
        CATALOGUE.iter().map(|it| it.meta().id).filter(|id| !rows().any(|row| row == *id)).collect();
    assert!(missing.is_empty(), "tests/calibration/run measures anew; not on the page: {missing:?}");
    let gone: Vec<_> = rows().filter(|row| sshrst::detect::by_id(row).is_none()).collect();
    assert!(gone.is_empty(), "no longer detectors: {gone:?}");
}
