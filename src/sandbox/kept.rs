//! What came of giving rights up.

/// Which rights were given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// To files and TCP; or why not.
    pub files: Result<(), String>,
    /// To connections, programs and other processes; or why not.
    pub calls: Result<(), String>,
}

impl Kept {
    /// None were: this system or this build has no means for it.
    #[cfg(not(all(feature = "sandbox", target_os = "linux")))]
    pub(super) fn absent() -> Self {
        let why = "not built in, or not on this system";
        Self { files: Err(why.to_owned()), calls: Err(why.to_owned()) }
    }

    /// What could not be given up, in words; `None` if nothing is left to say.
    pub fn words(&self) -> Option<String> {
        match (&self.files, &self.calls) {
            (Ok(()), Ok(())) => None,
            (Err(why), Ok(())) => Some(format!("the right to open files is kept: {why}")),
            (Ok(()), Err(why)) => {
                Some(format!("the right to open connections and start programs is kept: {why}"))
            }
            (Err(files), Err(calls)) if files == calls => Some(format!("all rights are kept: {files}")),
            (Err(files), Err(calls)) => Some(format!("all rights are kept: {files}; {calls}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_said_with_its_reason() {
        let (yes, no) = (Ok(()), Err("no Landlock".to_owned()));
        let words = |files: &Result<(), String>, calls: &Result<(), String>| {
            Kept { files: files.clone(), calls: calls.clone() }.words()
        };
        assert_eq!(words(&yes, &yes), None);
        assert_eq!(words(&no, &yes).unwrap(), "the right to open files is kept: no Landlock");
        assert!(words(&yes, &no).unwrap().contains("start programs is kept: no Landlock"));
        assert_eq!(words(&no, &no).unwrap(), "all rights are kept: no Landlock");
    }
}
