/// The `.safe` format: values, reader, writer, lint.
module dev.understudy.safe {
    requires static transitive org.jspecify;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.networknt.schema;
    requires org.yaml.snakeyaml;

    exports dev.understudy.safe;
    exports dev.understudy.safe.lint;
    exports dev.understudy.safe.read;
    exports dev.understudy.safe.sign;
    exports dev.understudy.safe.write;
}
