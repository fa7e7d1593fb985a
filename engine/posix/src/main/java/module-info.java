/// Every native call of the product. Outside this module only Java types are seen.
module dev.understudy.posix {
    requires static org.jspecify;

    exports dev.understudy.posix;
    exports dev.understudy.posix.fs;
    exports dev.understudy.posix.fuse;
    exports dev.understudy.posix.net;
    exports dev.understudy.posix.process;
}
