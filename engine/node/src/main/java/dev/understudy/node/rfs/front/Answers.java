package dev.understudy.node.rfs.front;

import dev.understudy.core.rfs.OpKind;
import dev.understudy.node.rfs.tree.Applier;
import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.posix.Errno;
import dev.understudy.posix.fs.Stat;
import dev.understudy.posix.fuse.Fuse;

/// Answers mutations that were applied, each with what its kind of request wants to know.
final class Answers {
    private final FuseFront front;
    private final Slots slots;
    private final Replies replies;
    private final Applier applier;
    private final Stat stat = new Stat();

    Answers(FuseFront front, Applier applier) {
        this.front = front;
        this.applier = applier;
        slots = front.slots;
        replies = front.replies;
    }

    /// Answers one request, or nobody when the operation was one of ours.
    ///
    /// @param outcome as the applier gave it
    void answer(int slot, int outcome) {
        long unique = slots.unique[slot];
        int opcode = slots.opcode[slot];
        if (opcode == 0) {
            LowerFile file = slots.file[slot];
            if (slots.kind[slot] == OpKind.SETATTR && file != null) {
                front.caches.forgetAttributes(file);
            }
            return;
        }
        if (outcome < 0) {
            replies.error(unique, outcome);
            return;
        }
        switch (opcode) {
            case Fuse.WRITE -> replies.written(unique, outcome);
            case Fuse.CREATE, Fuse.TMPFILE -> opened(slot, unique);
            case Fuse.OPEN -> {
                LowerFile file = slots.file[slot];
                int handle = file == null ? -Errno.EIO : front.openFile(file);
                if (file == null || handle < 0) {
                    replies.error(unique, handle);
                } else {
                    // the reply has no attributes, and set-id bits may be gone
                    front.caches.forgetAttributes(file);
                    replies.opened(unique, handle, front.caches.openFlags(file));
                }
            }
            case Fuse.MKDIR, Fuse.MKNOD, Fuse.SYMLINK, Fuse.LINK -> {
                LowerFile file = opcode == Fuse.LINK ? slots.file[slot] : applier.made();
                int result = file == null ? -Errno.EIO : front.stat(file, stat);
                if (file == null || result < 0) {
                    replies.error(unique, result);
                } else {
                    file.lookedUp();
                    file.mode(stat.mode());
                    replies.entry(unique, file, stat);
                }
            }
            case Fuse.SETATTR -> {
                LowerFile file = slots.file[slot];
                int result = file == null ? -Errno.EIO : front.stat(file, stat);
                if (file == null || result < 0) {
                    replies.error(unique, result);
                } else {
                    file.mode(stat.mode());
                    replies.attributes(unique, stat);
                }
            }
            default -> replies.ok(unique);
        }
    }

    /// Answers a CREATE or TMPFILE: of the file it made, or of the one that was there and got cut.
    void opened(int slot, long unique) {
        LowerFile known = slots.file[slot];
        LowerFile file = known != null ? known : applier.made();
        int handle = file == null ? -Errno.EIO : front.openFile(file);
        if (file == null || handle < 0) {
            replies.error(unique, handle);
            return;
        }
        int result = front.stat(file, stat);
        if (result < 0) {
            front.release(handle);
            replies.error(unique, result);
            return;
        }
        file.lookedUp();
        file.mode(stat.mode());
        replies.created(unique, file, stat, handle, front.caches.openFlags(file));
    }
}
