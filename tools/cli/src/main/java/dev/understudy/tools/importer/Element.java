package dev.understudy.tools.importer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// An element of XML with its line.
///
/// @param text of the element itself, outside of its children
record Element(
        String name,
        Map<String, String> attributes,
        List<Element> children,
        String text,
        int line) {
    private static final int DEPTH_MAX = 32;
    private static final int ELEMENTS_MAX = 10_000;

    /// Reads a document; there are no entities and no DTD in it.
    ///
    /// @throws IOException with a line for people
    static Element parse(String text) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try {
            XMLStreamReader in = factory.createXMLStreamReader(new java.io.StringReader(text));
            while (in.hasNext()) {
                if (in.next() == XMLStreamConstants.START_ELEMENT) {
                    return element(in, 0, new int[] {0});
                }
            }
            throw new IOException("no element in it");
        } catch (XMLStreamException e) {
            throw new IOException(
                    "line "
                            + (e.getLocation() == null ? 0 : e.getLocation().getLineNumber())
                            + ": not XML: "
                            + String.valueOf(e.getMessage()).lines().skip(1).findFirst().orElse(""),
                    e);
        }
    }

    private static Element element(XMLStreamReader in, int depth, int[] count)
            throws XMLStreamException, IOException {
        if (depth > DEPTH_MAX || ++count[0] > ELEMENTS_MAX) {
            throw new IOException("nested too deep or too long");
        }
        String name = in.getLocalName();
        int line = in.getLocation().getLineNumber();
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int i = 0; i < in.getAttributeCount(); i++) {
            attributes.put(in.getAttributeLocalName(i), in.getAttributeValue(i));
        }
        List<Element> children = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        while (true) {
            switch (in.next()) {
                case XMLStreamConstants.START_ELEMENT ->
                        children.add(element(in, depth + 1, count));
                case XMLStreamConstants.END_ELEMENT -> {
                    return new Element(name, attributes, children, text.toString().strip(), line);
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
                        text.append(in.getText());
                default -> {}
            }
        }
    }

    String attribute(String name, String otherwise) {
        return attributes.getOrDefault(name, otherwise);
    }

    List<Element> all(String child) {
        return children.stream().filter(c -> c.name().equals(child)).toList();
    }

    Optional<Element> first(String child) {
        return children.stream().filter(c -> c.name().equals(child)).findFirst();
    }

    /// Gives all elements of a name below this one.
    List<Element> below(String wanted) {
        List<Element> found = new ArrayList<>();
        for (Element c : children) {
            if (c.name().equals(wanted)) {
                found.add(c);
            }
            found.addAll(c.below(wanted));
        }
        return found;
    }
}
