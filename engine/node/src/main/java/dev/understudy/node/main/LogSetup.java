package dev.understudy.node.main;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.slf4j.Logger;

/// Sets up what the programs of the distribution say on standard error; the journal of the system
/// or a file keeps it. In code, because reading a file that describes it takes longer than the rest
/// of a start.
///
/// `UNDERSTUDY_LOG` is the level of our own lines, INFO unless it says otherwise; others say
/// warnings. A file named by `-Dlogback.configurationFile` is used in its place.
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class LogSetup extends ContextAwareBase implements Configurator {
    /// Made by the library.
    public LogSetup() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        boolean isOurs =
                System.getenv("UNDERSTUDY_PROGRAM") != null
                        && System.getProperty("logback.configurationFile") == null;
        if (!isOurs) return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        Line line = new Line();
        line.setContext(context);
        line.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setLayout(line);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("err");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        context.getLogger("dev.understudy")
                .setLevel(Level.toLevel(System.getenv("UNDERSTUDY_LOG"), Level.INFO));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /// One line for one event: time with zone, level, class, words; a stack trace below.
    static final class Line extends LayoutBase<ILoggingEvent> {
        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX")
                        .withZone(ZoneId.systemDefault());

        @Override
        public String doLayout(ILoggingEvent event) {
            String name = event.getLoggerName();
            StringBuilder text = new StringBuilder(120);
            TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), text);
            text.append(' ').append(event.getLevel());
            if (event.getLevel().toString().length() < 5) text.append(' ');
            text.append(' ').append(name, name.lastIndexOf('.') + 1, name.length());
            text.append(' ').append(event.getFormattedMessage()).append('\n');
            IThrowableProxy thrown = event.getThrowableProxy();
            if (thrown != null) text.append(ThrowableProxyUtil.asString(thrown));
            return text.toString();
        }
    }
}
