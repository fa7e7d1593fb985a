package dev.understudy.posix.fs;

/// What differs between the two 64-bit Linux ABIs we run on.
final class Arch {
    static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");

    private Arch() {}
}
