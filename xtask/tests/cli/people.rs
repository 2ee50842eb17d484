//! What is for people: help, colours, completions.

use crate::support::{Ended, Folder, MANIFEST};

/// What begins a colour on a terminal.
const ESCAPE: char = '\u{1b}';

#[test]
fn colours_are_for_terminals_and_for_those_who_want_them() {
    let folder = Folder::new("people_colours");
    // A document that is not there is an error, which is red.
    folder.write("specs/shop/portal.yaml", MANIFEST);
    let run = |variables: &[(&str, &str)]| {
        let mut command = folder.command(&["codegen"]);
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        let ended = Ended::from(command.output().expect("the command runs"));
        assert_eq!(ended.code, 1, "{}", ended.stderr);
        ended.stderr
    };
    assert!(!run(&[]).contains(ESCAPE));
    assert!(run(&[("CLICOLOR_FORCE", "1")]).contains(ESCAPE));
    assert!(!run(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains(ESCAPE));
}

#[test]
fn shells_complete_the_commands() {
    let folder = Folder::new("people_completions");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ended = folder.xtask(&["completions", shell]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        for word in ["xtask", "codegen", "release-notes", "keep-going"] {
            assert!(ended.stdout.contains(word), "{shell} does not know {word}");
        }
    }
    let ended = folder.xtask(&["completions", "cmd"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("possible values"), "{}", ended.stderr);
}

/// But for the sandbox, which is a program of its own and answers itself.
#[test]
fn every_command_explains_itself() {
    let folder = Folder::new("people_help");
    let help = folder.xtask(&["--help"]).stdout;
    let (_, commands) = help.split_once("Commands:\n").expect("commands are listed");
    let commands = commands.lines().map_while(|line| line.strip_prefix("  "));
    let commands: Vec<&str> = commands
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| !["sandbox", "help"].contains(name))
        .collect();
    assert!(commands.len() > 8, "{help}");
    for command in commands {
        let ended = folder.xtask(&[command, "--help"]);
        assert_eq!(ended.code, 0, "{command}: {}", ended.stderr);
        assert!(
            ended
                .stdout
                .contains(&format!("Usage: cargo xtask {command}")),
            "{command}: {}",
            ended.stdout
        );
    }
}
