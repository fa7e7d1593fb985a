package dev.understudy.node.rfs;

import dev.understudy.core.member.Generation;
import dev.understudy.node.rfs.resync.Progress;

/// The numbers of one module's data path, as they stood at one moment.
///
/// @param mode what the data path does: idle, alone, mirroring, primary, secondary, target
/// @param isStreamUp whether the stream to the peer stands
/// @param isEncrypted whether it is TLS
/// @param generation of the own copy
/// @param announced last operation announced (serving) or received (standing by)
/// @param received last operation the peer has received; standing by: this node
/// @param applied last operation applied here
/// @param queueBytes memory held for operations that are received and not applied
/// @param dirtyFiles files and directories in which the copies may differ
/// @param dirtyBytes bytes of marked blocks; files that count as a whole are not in it
/// @param isEverythingDirty whether only a comparison of everything helps
/// @param operations operations announced since the start
/// @param bytes bytes of operations announced since the start
/// @param points durable points completed on both nodes
/// @param writeP50Us median from announce to answer of a write, microseconds
/// @param writeP99Us 99th percentile
/// @param syncP50Us median from announce to answer of an fsync
/// @param resync how far a resynchronisation is, [Progress#NONE] if none
public record ReplicaStatus(
        String mode,
        boolean isStreamUp,
        boolean isEncrypted,
        Generation generation,
        long announced,
        long received,
        long applied,
        long queueBytes,
        long dirtyFiles,
        long dirtyBytes,
        boolean isEverythingDirty,
        long operations,
        long bytes,
        long points,
        long writeP50Us,
        long writeP99Us,
        long syncP50Us,
        Progress resync) {}
