/// The virtual IP: raised as a lease that the kernel ends, announced, watched for other owners; and
/// the two kinds of evidence that `isolation: protect` asks for. May use posix.net and core.member.
@NullMarked
package dev.understudy.node.vip;

import org.jspecify.annotations.NullMarked;
