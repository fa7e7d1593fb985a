package dev.understudy.core.replay;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Node;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The forms of everything that the machine takes and gives, derived from the types themselves; and
/// the shape, a number that changes whenever one of them does.
final class Forms {
    private final Map<Type, Form> known = new HashMap<>();
    private final Map<String, String> described = new TreeMap<>();

    /// The form of [Event].
    final Form.OneOf event;

    /// The form of [Effect].
    final Form.OneOf effect;

    /// The form of [Node].
    final Form node;

    /// Names the types, their components and constants: FNV-1a, 64 bits, of all of them in words.
    final long shape;

    /// The forms of this program.
    static final Forms OURS = new Forms();

    private Forms() {
        event = (Form.OneOf) of(Event.class);
        effect = (Form.OneOf) of(Effect.class);
        node = of(Node.class);
        long hash = 0xcbf29ce484222325L;
        for (char letter : described.toString().toCharArray()) {
            hash = (hash ^ letter) * 0x100000001b3L;
        }
        shape = hash;
    }

    private Form of(Type type) {
        Form form = known.get(type);
        if (form == null) {
            form = make(type);
            known.put(type, form);
        }
        return form;
    }

    private Form make(Type type) {
        if (type instanceof ParameterizedType parts) {
            Type[] arguments = parts.getActualTypeArguments();
            Type raw = parts.getRawType();
            if (raw == List.class || raw == Set.class) {
                return new Form.Many(raw == Set.class, of(arguments[0]));
            }
            if (raw == Map.class) {
                return new Form.Pairs(of(arguments[0]), of(arguments[1]));
            }
        }
        if (type == long.class || type == Long.class || type == int.class) {
            return new Form.Whole(type == int.class);
        }
        if (type == boolean.class) {
            return new Form.Truth();
        }
        if (type == String.class) {
            return new Form.Text();
        }
        if (type instanceof Class<?> named) {
            return named(named);
        }
        throw new IllegalStateException("no form for " + type);
    }

    /// Types may contain themselves, so a form of components asks for theirs when it needs them.
    private Form named(Class<?> type) {
        if (type.isEnum()) {
            Object[] constants = type.getEnumConstants();
            describe(type, Stream.of(constants).map(one -> ((Enum<?>) one).name()));
            return new Form.Choice(List.of(constants));
        }
        if (type.isRecord()) {
            RecordComponent[] components = type.getRecordComponents();
            describe(type, Stream.of(components).map(c -> c.getGenericType() + " " + c.getName()));
            Form[] forms = new Form[components.length];
            Form form = new Form.Fields(new Fielded(type), i -> forms[i]);
            known.put(type, form);
            Arrays.setAll(forms, i -> of(components[i].getGenericType()));
            return form;
        }
        if (type.isSealed()) {
            List<Class<?>> types = new ArrayList<>();
            leaves(type, types);
            describe(type, types.stream().map(Class::getName));
            Form[] forms = new Form[types.size()];
            Form form = new Form.OneOf(types, i -> forms[i]);
            known.put(type, form);
            Arrays.setAll(forms, i -> of(types.get(i)));
            return form;
        }
        throw new IllegalStateException("no form for " + type);
    }

    private static void leaves(Class<?> type, List<Class<?>> found) {
        for (Class<?> one : type.getPermittedSubclasses()) {
            if (one.isRecord()) {
                found.add(one);
            } else {
                leaves(one, found);
            }
        }
    }

    private void describe(Class<?> type, Stream<String> parts) {
        described.put(type.getName(), parts.collect(Collectors.joining(", ")));
    }
}
