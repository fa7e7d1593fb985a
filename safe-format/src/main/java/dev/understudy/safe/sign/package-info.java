/// Signatures of modules: Ed25519 in the SSHSIG form of OpenSSH, made and checked with the JDK
/// alone; stock `ssh-keygen -Y sign` and `-Y verify` understand them and are understood.
@NullMarked
package dev.understudy.safe.sign;

import org.jspecify.annotations.NullMarked;
