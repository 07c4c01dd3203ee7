//! throw-away
use super::*;
#[test]
fn zz_dump() {
    let mut out = String::new();
    let mut files: Vec<_> = std::fs::read_dir("/tmp/rules/raw").unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let n = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let r = Raster::from_bgr(n(0), n(4), bytes[8..].to_vec()).unwrap();
        let mut best = f64::MAX;
        let mut rules = Rules::default();
        for _ in 0..3 { let t = std::time::Instant::now(); rules = find_rules(&r); best = best.min(t.elapsed().as_secs_f64()*1e3); }
        out += &format!("FILE {} {best:.2}ms h={} v={}\n", path.display(), rules.horizontal.len(), rules.vertical.len());
        for (k, l) in [("H", &rules.horizontal), ("V", &rules.vertical)] { for s in l { out += &format!("{k} {} {} {} {}\n", s.start.x, s.start.y, s.end.x, s.end.y); } }
    }
    std::fs::write("/tmp/rules/found.txt", out).unwrap();
}
