//! How far an entry can be relied on, and on what that rests.

words! {
    /// What a statement about a timer's behaviour rests on.
    pub enum Basis {
        /// The vendor's text, manual or source says so.
        Documented = "documented",
        /// Others report it.
        Observed = "observed",
        /// It follows from the kind of product; nobody wrote it.
        Inferred = "inferred",
    }
}

words! {
    /// How the value was checked. A variant before another is the better one.
    pub enum Check {
        /// The source was read and shows the value.
        Primary = "primary",
        /// The source was read and shows the setting, not the number.
        Partial = "partial",
        /// The value was read elsewhere.
        Secondary = "secondary",
        /// Recalled, not read. Never to be shown without saying so.
        None = "none",
    }
}

words! {
    /// How sure the entry is on the whole. A variant before another is the better one.
    pub enum Confidence {
        /// Would be surprising if it were wrong.
        High = "high",
        /// Probably right; details may differ between versions.
        Medium = "medium",
        /// A hint.
        Low = "low",
    }
}

words! {
    /// What kind of text the source is.
    pub enum SourceKind {
        /// The vendor's documentation.
        OfficialDoc = "official-doc",
        /// The vendor's API reference.
        OfficialApi = "official-api",
        /// The program's source.
        SourceCode = "source-code",
        /// A standard.
        Standard = "standards",
        /// A scientific paper.
        Paper = "paper",
        /// The vendor's knowledge base.
        VendorKb = "vendor-kb",
        /// The vendor's blog.
        VendorBlog = "vendor-blog",
        /// A copy of the vendor's manual in another place.
        ManualCopy = "manual-copy",
        /// A thread in an issue tracker.
        IssueThread = "issue-thread",
        /// Somebody else's page.
        Community = "community",
        /// Where the value should be found; it was not read there.
        Recalled = "recalled",
    }
}
