package dev.understudy.core.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How values of one type become bytes. What a value has in common with the one before is left out,
/// so a heartbeat that says nothing new takes a few bytes.
///
/// Null is a value of every type but the primitive ones.
sealed interface Form {
    /// Writes a value.
    ///
    /// @param before the value that stood here last; null if none
    void write(Out out, @Nullable Object value, @Nullable Object before);

    /// Reads what [#write] wrote with an equal `before`.
    @Nullable Object read(In in, @Nullable Object before) throws BadRecording;

    /// `long`, `int` and `Long`, as the difference to the number before.
    record Whole(boolean isInt) implements Form {
        @Override
        public void write(Out out, @Nullable Object value, @Nullable Object before) {
            out.whole(of(value) - of(before));
        }

        @Override
        public Object read(In in, @Nullable Object before) throws BadRecording {
            long value = in.whole() + of(before);
            return isInt ? (Object) (int) value : (Object) value;
        }

        private static long of(@Nullable Object value) {
            return value instanceof Number number ? number.longValue() : 0;
        }
    }

    /// `boolean`.
    record Truth() implements Form {
        @Override
        public void write(Out out, @Nullable Object value, @Nullable Object before) {
            out.put(Boolean.TRUE.equals(value) ? 1 : 0);
        }

        @Override
        public Object read(In in, @Nullable Object before) throws BadRecording {
            return in.choice(2) == 1;
        }
    }

    /// `String`.
    record Text() implements Form {
        @Override
        public void write(Out out, @Nullable Object value, @Nullable Object before) {
            if (value == null) {
                out.put(0);
            } else {
                out.put(1);
                out.text((String) value);
            }
        }

        @Override
        public @Nullable Object read(In in, @Nullable Object before) throws BadRecording {
            return in.choice(2) == 0 ? null : in.text();
        }
    }

    /// A constant of an enum, by its place; the shape of the recording names them in order.
    record Choice(List<Object> constants) implements Form {
        @Override
        public void write(Out out, @Nullable Object value, @Nullable Object before) {
            out.count(value == null ? 0 : constants.indexOf(value) + 1L);
        }

        @Override
        public @Nullable Object read(In in, @Nullable Object before) throws BadRecording {
            int place = in.choice(constants.size() + 1);
            return place == 0 ? null : constants.get(place - 1);
        }
    }

    /// A record: which components differ from those before, then these.
    record Fields(Fielded type, Function<Integer, Form> forms) implements Form {
        @Override
        public void write(Out out, @Nullable Object value, @Nullable Object before) {
            if (value == null) {
                out.count(0);
                return;
            }
            int count = type.count();
            long differing = 0;
            for (int i = 0; i < count; i++) {
                boolean isSame =
                        before != null
                                && java.util.Objects.equals(
                                        type.get(value, i), type.get(before, i));
                differing |= isSame ? 0 : 1L << i;
            }
            out.count(differing << 1 | 1);
            for (int i = 0; i < count; i++) {
                if ((differing & 1L << i) != 0) {
                    Object known = before == null ? null : type.get(before, i);
                    forms.apply(i).write(out, type.get(value, i), known);
                }
            }
        }

        @Override
        public @Nullable Object read(In in, @Nullable Object before) throws BadRecording {
            long head = in.count();
            if (head == 0) {
                return null;
            }
            int count = type.count();
            long differing = head >>> 1;
            if ((head & 1) == 0 || differing >>> count != 0) {
                throw new BadRecording("fields that " + type + " does not have");
            }
            @Nullable Object[] values = new Object[count];
            for (int i = 0; i < count; i++) {
                Object known = before == null ? null : type.get(before, i);
                boolean differs = (differing & 1L << i) != 0;
                values[i] = differs ? forms.apply(i).read(in, known) : known;
            }
            return type.make(values);
        }
    }

    /// A sealed interface: which of its records, then that one.
    record OneOf(List<Class<?>> types, Function<Integer, Form> forms) implements Form {
        @Override
        public void write(Out out, @Nullable Object value, @Nullable Object before) {
            write(out, value, type -> type.isInstance(before) ? before : null);
        }

        @Override
        public @Nullable Object read(In in, @Nullable Object before) throws BadRecording {
            return read(in, type -> type.isInstance(before) ? before : null);
        }

        void write(Out out, @Nullable Object value, Function<Class<?>, @Nullable Object> before) {
            int place = value == null ? -1 : types.indexOf(value.getClass());
            out.count(place + 1L);
            if (place >= 0) {
                forms.apply(place).write(out, value, before.apply(types.get(place)));
            }
        }

        @Nullable Object read(In in, Function<Class<?>, @Nullable Object> before)
                throws BadRecording {
            int place = in.choice(types.size() + 1) - 1;
            return place < 0 ? null : forms.apply(place).read(in, before.apply(types.get(place)));
        }
    }

    /// A list or a set: each element after the one before it.
    record Many(boolean isSet, Form element) implements Form {
        @Override
        public void write(Out out, @Nullable Object value, @Nullable Object before) {
            if (value == null) {
                out.count(0);
                return;
            }
            var all = (java.util.Collection<?>) value;
            out.count(all.size() + 1L);
            Object last = null;
            for (Object one : all) {
                element.write(out, one, last);
                last = one;
            }
        }

        @Override
        public @Nullable Object read(In in, @Nullable Object before) throws BadRecording {
            long size = in.count() - 1;
            if (size < 0) {
                return null;
            }
            List<@Nullable Object> all = new ArrayList<>();
            Object last = null;
            for (long i = 0; i < size; i++) {
                last = element.read(in, last);
                all.add(last);
            }
            return isSet ? new LinkedHashSet<>(all) : all;
        }
    }

    /// A map.
    record Pairs(Form key, Form value) implements Form {
        @Override
        public void write(Out out, @Nullable Object map, @Nullable Object before) {
            if (map == null) {
                out.count(0);
                return;
            }
            var all = (Map<?, ?>) map;
            out.count(all.size() + 1L);
            all.forEach((k, v) -> {
                key.write(out, k, null);
                value.write(out, v, null);
            });
        }

        @Override
        public @Nullable Object read(In in, @Nullable Object before) throws BadRecording {
            long size = in.count() - 1;
            if (size < 0) {
                return null;
            }
            Map<@Nullable Object, @Nullable Object> all = new LinkedHashMap<>();
            for (long i = 0; i < size; i++) {
                all.put(key.read(in, null), value.read(in, null));
            }
            return all;
        }
    }
}
