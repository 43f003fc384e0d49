//! Lines that were said to reach outside and do not.

use super::*;

#[test]
fn what_names_no_file_outside_reaches_nothing_there() {
    let world = World::new();
    world.file("a.txt", "x");
    world.file("sub/b.txt", "x");
    for line in [
        "diff <(ls .) <(ls sub)",
        "basename /a/b.txt .txt",
        "dirname /etc/passwd",
        "file *",
        "python3 --version",
        "cat /dev/stdin < a.txt",
    ] {
        let facts = describe(&world, line);
        assert_eq!(facts.effect, Effect::Observe, "{line}");
        assert!(facts.targets.iter().all(|target| target.reach == Reach::Inside), "{line}: {:?}", facts.targets);
    }
    let reach = |line: &str| describe(&world, line).targets.iter().map(|target| target.reach).max().unwrap();
    assert_ne!(reach("diff <(ls .) <(ls ..)"), Reach::Inside);
    assert_ne!(reach("cat /dev/fd/../../etc/hostname"), Reach::Inside);
}
