package dev.understudy.tools.author;

/// How a command answers.
enum Format {
    /// For people.
    TEXT,
    /// For programs: one JSON object.
    JSON
}
