//! The scripts, and how they are called.

use std::sync::OnceLock;

use redis::Cmd;
use sha1_smol::Sha1;

/// A script that the server knows by its hash once it has seen its text.
pub(super) struct Script {
    text: &'static str,
    hash: OnceLock<String>,
}

pub(super) static TAKE: Script = Script::new(include_str!("take.lua"));
pub(super) static GIVE_BACK: Script = Script::new(include_str!("give_back.lua"));
pub(super) static OPINE: Script = Script::new(include_str!("opine.lua"));
pub(super) static FORCE: Script = Script::new(include_str!("force.lua"));
pub(super) static BEAT: Script = Script::new(include_str!("beat.lua"));

impl Script {
    const fn new(text: &'static str) -> Self {
        Self { text, hash: OnceLock::new() }
    }

    pub(super) fn by_hash(&self, key: &str, arguments: &[String]) -> Cmd {
        let hash = self.hash.get_or_init(|| Sha1::from(self.text).digest().to_string());
        call("EVALSHA", hash, key, arguments)
    }

    pub(super) fn by_text(&self, key: &str, arguments: &[String]) -> Cmd {
        call("EVAL", self.text, key, arguments)
    }
}

fn call(command: &str, script: &str, key: &str, arguments: &[String]) -> Cmd {
    let mut call = redis::cmd(command);
    call.arg(script).arg(1).arg(key).arg(arguments);
    call
}
