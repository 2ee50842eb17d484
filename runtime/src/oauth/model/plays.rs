//! What is played through: several threads at one slot, in every order that chance finds.

use shuttle::rand::{Rng, thread_rng};
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, Runner, thread};

use super::world::{Mood, World};

/// What one thread does.
type Part = fn(&World);

/// How often each play is played with each scheduler.
const RUNS: usize = 1000;
/// How many changes of thread the second scheduler chooses.
const DEPTH: usize = 4;

/// Plays with many schedules; `play` asserts what must hold, and so does the world.
fn explore(play: impl Fn() + Send + Sync + Copy + 'static) {
    let times = std::env::var("SLOT_MODEL_RUNS").ok();
    let times: u64 = times.map_or(1, |times| times.parse().unwrap());
    let mut config = Config::new();
    config.stack_size = 256 * 1024;
    for seed in 0..times {
        Runner::new(RandomScheduler::new_from_seed(seed, RUNS), config.clone()).run(play);
        let scheduler = PctScheduler::new_from_seed(seed, DEPTH, RUNS);
        Runner::new(scheduler, config.clone()).run(play);
    }
}

/// Runs these at once, each on a thread of its own, and waits for all of them.
fn together(world: &World, parts: &[Part]) {
    let threads: Vec<_> = parts
        .iter()
        .map(|&part| {
            let world = world.clone();
            thread::spawn(move || part(&world))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

fn call(world: &World) {
    world.call().unwrap();
}

fn call_twice(world: &World) {
    call(world);
    call(world);
}

fn call_whatever_comes(world: &World) {
    let _ = world.call();
    let _ = world.call();
}

fn call_and_refuse(world: &World) {
    if let Ok(given) = world.call() {
        world.refuse(given);
        let _ = world.call();
    }
}

#[test]
fn one_request_serves_all() {
    explore(|| {
        let world = World::new(Mood::Gives);
        together(&world, &[call_twice, call, call, World::call_dropped]);
        assert_eq!(world.fetches(), 1);
    });
}

#[test]
fn a_request_that_dies_strands_nobody() {
    explore(|| {
        let world = World::new(Mood::DiesOnce);
        together(
            &world,
            &[
                call_whatever_comes,
                call_whatever_comes,
                World::call_dropped,
            ],
        );
        // Whoever waited was told, and now there is a token or one to be had.
        call_twice(&world);
        assert!(world.fetches() <= 2);
    });
}

#[test]
fn only_the_token_that_was_refused_is_dropped() {
    explore(|| {
        let world = World::new(Mood::Gives);
        together(&world, &[call_and_refuse, call_and_refuse, call_and_refuse]);
        call_twice(&world);
    });
}

#[test]
fn a_late_refusal_costs_nothing() {
    explore(|| {
        let world = World::new(Mood::Gives);
        let first = world.call().unwrap();
        world.refuse(first);
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let world = world.clone();
                thread::spawn(move || {
                    call(&world);
                    world.refuse(first);
                    call(&world);
                })
            })
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        assert_eq!(world.fetches(), 2);
    });
}

#[test]
fn what_was_forgotten_serves_nobody_who_comes_later() {
    explore(|| {
        let world = World::new(Mood::Gives);
        let forget_and_call: Part = |world| {
            world.forget();
            call(world);
        };
        together(
            &world,
            &[call_twice, forget_and_call, call, forget_and_call],
        );
        call(&world);
    });
}

#[test]
fn a_failing_provider_is_asked_once_in_a_while() {
    explore(|| {
        let world = World::new(Mood::Fails);
        together(&world, &[call_whatever_comes as Part; 4]);
        assert_eq!(world.fetches(), 1);
        world.pass(60, 60);
        together(&world, &[call_whatever_comes as Part; 2]);
        assert_eq!(world.fetches(), 2);
    });
}

#[test]
fn a_call_after_a_rotation_does_not_hear_of_the_old_secret() {
    explore(|| {
        let world = World::new(Mood::KnowsTheNewSecret);
        let rotate_and_call: Part = |world| {
            world.change_secret();
            call(world);
        };
        together(
            &world,
            &[call_whatever_comes, rotate_and_call, call_whatever_comes],
        );
        call(&world);
        assert!(world.fetches() <= 2);
    });
}

#[test]
fn clocks_cost_a_token_at_most_and_keep_none_alive() {
    explore(|| {
        let world = World::new(Mood::Gives);
        let clocks: Part = |world| {
            for _ in 0..3 {
                match thread_rng().gen_range(0..4) {
                    0 => world.pass(150, 150),
                    1 => world.pass(300, 300),
                    // The machine sleeps.
                    2 => world.pass(0, 900),
                    _ => world.set_back(37),
                }
                call(world);
            }
        };
        together(&world, &[call_twice, clocks, call_twice]);
    });
}

#[test]
fn a_token_that_came_meanwhile_is_not_asked_for_again() {
    explore(|| {
        let world = World::new(Mood::Gives);
        let later: Part = |world| {
            world.pass(50, 50);
            call(world);
        };
        together(&world, &[call, later, call]);
        assert_eq!(world.fetches(), 1);
    });
}

#[test]
fn a_refusal_and_a_renewal_cost_one_token_together() {
    explore(|| {
        let world = World::new(Mood::Gives);
        let first = world.call().unwrap();
        world.pass(150, 150);
        let refusing = {
            let world = world.clone();
            thread::spawn(move || world.refuse(first))
        };
        together(&world, &[call, call_twice]);
        refusing.join().unwrap();
        call(&world);
        assert_eq!(world.fetches(), 2);
    });
}

#[test]
fn everything_at_once() {
    explore(|| {
        let moods = [
            Mood::Gives,
            Mood::Fails,
            Mood::DiesOnce,
            Mood::KnowsTheNewSecret,
        ];
        let world = World::new(moods[thread_rng().gen_range(0..moods.len())]);
        let anything: Part = |world| {
            for _ in 0..2 {
                match thread_rng().gen_range(0..7) {
                    0 => call_and_refuse(world),
                    1 => world.forget(),
                    2 => world.change_secret(),
                    3 => world.pass(150, 150),
                    4 => world.call_dropped(),
                    _ => call_whatever_comes(world),
                }
            }
        };
        together(&world, &[anything; 4]);
    });
}
