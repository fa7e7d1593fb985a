package dev.understudy.core.replay;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The components of a record type of the core, and how to make one of them.
final class Fielded {
    /// As many fit the word that says which of them differ.
    static final int COUNT_MAX = 62;

    private final Class<?> type;
    private final List<Method> accessors;
    private final Constructor<?> constructor;

    Fielded(Class<?> type) {
        this.type = type;
        RecordComponent[] components = type.getRecordComponents();
        if (components.length > COUNT_MAX) {
            throw new IllegalArgumentException(type + " has too many components");
        }
        accessors = Stream.of(components).map(RecordComponent::getAccessor).toList();
        Class<?>[] types =
                Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            constructor = type.getDeclaredConstructor(types);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every record has it", e);
        }
    }

    int count() {
        return accessors.size();
    }

    @Nullable Object get(Object value, int component) {
        try {
            return accessors.get(component).invoke(value);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(type + " does not give " + component, e);
        }
    }

    Object make(@Nullable Object[] values) throws BadRecording {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException | IllegalArgumentException e) {
            Throwable why = e.getCause() == null ? e : e.getCause();
            throw new BadRecording("no " + type.getSimpleName() + ": " + why.getMessage());
        } catch (InstantiationException | IllegalAccessException e) {
            throw new IllegalStateException(type + " cannot be made", e);
        }
    }

    @Override
    public String toString() {
        return type.getSimpleName();
    }
}
