package dev.understudy.node.script;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// A script to run.
///
/// @param scripts the archive's scripts
/// @param entry path of the script in the archive
/// @param context what it gets as `ctx`
/// @param params what it imports as `params`; secrets as `{"$secret": name}`
record ScriptRequest(ModuleScripts scripts, String entry, ObjectNode context, ObjectNode params) {}
