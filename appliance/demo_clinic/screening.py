"""Questions people were asked, what they answered, and how they live."""

from demo_clinic import catalog as codes
from demo_clinic.builder import absent, concept, hl7, quantity, resource

QUESTIONNAIRE = "urn:tribal-ehr:demo:questionnaire:home-and-food"
WORRIED = ("worried", "Were you worried that food would run out?", "choice")
RAN_OUT = ("ran-out", "Did food run out before there was money for more?", "choice")
PEOPLE = ("people", "How many people live in your home?", "decimal")
RIDE = ("ride", "How do you come to the clinic?", "string")
OFTEN = ("LA28397-0", "Often true")
SOMETIMES = ("LA6729-3", "Sometimes true")
NEVER = ("LA28398-8", "Never true")


def questionnaire():
    """The form about home and food."""
    made = resource("Questionnaire", "demo-home-and-food")
    made.update({
        "url": QUESTIONNAIRE, "version": "1", "name": "HomeAndFood", "title": "Home and food",
        "status": "active", "subjectType": ["Patient"],
        "item": [asked(WORRIED), {
            "linkId": "more", "text": "More about food", "type": "group",
            "item": [asked(RAN_OUT)]}, asked(PEOPLE), asked(RIDE)]})
    return made


def asked(question):
    """A question of the form with the answers to choose from."""
    link, text, kind = question
    made = {"linkId": link, "text": text, "type": kind}
    if kind == "choice":
        made["answerOption"] = [
            {"valueCoding": {"system": codes.LOINC, "code": code, "display": display}}
            for code, display in (OFTEN, SOMETIMES, NEVER)]
    if link == "worried":
        made["item"] = [{"linkId": "helps", "text": "What helps?", "type": "string"}]
    return made


def answered(c, worried, ran_out, people, ride, author=None, is_dated=True):
    """The form as a patient filled it in; its reference."""
    made = c.add("QuestionnaireResponse", "f", "us-core-questionnaireresponse")

    def given(question, **answer):
        return {"linkId": question[0], "text": question[1], "answer": [answer]}

    def chosen(value):
        return {"system": codes.LOINC, "code": value[0], "display": value[1]}

    made.update({
        "identifier": {"system": "urn:tribal-ehr:form:demo",
                       "value": made["id"].removeprefix("demo-").upper()},
        "questionnaire": f"{QUESTIONNAIRE}|1",
        "_questionnaire": {"extension": [
            {"url": codes.HL7 + "display", "valueString": "Home and food"},
            {"url": codes.US_CORE + "us-core-extension-questionnaire-uri",
             "valueUri": "https://forms.example.org/home-and-food"}]},
        "status": "completed", "subject": c.subject, "encounter": c.encounter(),
        "authored": c.moment(3), "author": author or c.staff[c.by],
        "item": [
            given(WORRIED, valueCoding=chosen(worried), item=[
                {"linkId": "helps", "text": "What helps?",
                 "answer": [{"valueString": "Cousins share fish and garden food."}]}]),
            {"linkId": "more", "text": "More about food",
             "item": [given(RAN_OUT, valueCoding=chosen(ran_out))]},
            given(PEOPLE, valueDecimal=people), given(RIDE, valueString=ride)]})
    if not is_dated:
        del made["authored"]
        made["_authored"] = {"extension": [
            {"url": codes.HL7 + "data-absent-reason", "valueCode": "unknown"}]}
    return {"reference": f"QuestionnaireResponse/{made['id']}"}


def answer(c, category, code, value, derived=None, members=None):
    """One screening result; its reference. None stands for no answer."""
    made = c.observation("survey", "us-core-observation-screening-assessment", code)
    made["category"].append(concept(codes.US_CORE_CATEGORY, category,
                                    codes.SCREENING[category]))
    made["performer"] = [c.staff[c.by]]
    if isinstance(value, str):
        made["valueString"] = value
    elif isinstance(value, tuple):
        made["valueCodeableConcept"] = concept(codes.LOINC, *value, value[1])
    elif value is not None:
        made["valueQuantity"] = quantity(value, "{score}", "{score}")
    elif members is None:
        made["dataAbsentReason"] = absent("asked-declined", "Asked But Declined")
    if derived:
        made["derivedFrom"] = [derived]
    if members:
        made["hasMember"] = members
    return {"reference": f"Observation/{made['id']}"}


def hunger(c, worried, ran_out, form):
    """The two questions about food and what they add up to."""
    is_risk = NEVER not in (worried, ran_out) or worried != ran_out
    items = [
        answer(c, "sdoh", concept(
            codes.LOINC, "88122-7", "(I/We) worried whether (my/our) food would run out before "
            "(I/we) got money to buy more", "Worried that food runs out"), worried, form),
        answer(c, "sdoh", concept(
            codes.LOINC, "88123-5", "The food that (I/we) bought just didn't last, and (I/we) "
            "didn't have money to get more", "Food did not last"), ran_out, form)]
    items.append(answer(c, "sdoh", concept(
        codes.LOINC, "88124-3", "Food insecurity risk [HVS]", "Risk of hunger"),
        ("LA19952-3", "At risk") if is_risk else ("LA19983-8", "No risk"), items[0]))
    answer(c, "sdoh", concept(codes.LOINC, "88121-9", "Hunger Vital Sign [HVS]", "Hunger screen"),
           None, form, items)


def simple(c, category, text, value, derived=None):
    """A plain observation of how a person lives; its reference."""
    made = c.observation("social-history", "us-core-simple-observation", {"text": text})
    made["category"] = [
        concept(codes.US_CORE_CATEGORY, category, codes.SCREENING[category])
        if category in codes.SCREENING else hl7("observation-category", category)]
    made["performer"] = [c.staff[c.by]]
    if isinstance(value, bool):
        made["valueBoolean"] = value
    elif isinstance(value, str):
        made["valueString"] = value
    elif isinstance(value, dict):
        made["valueCodeableConcept"] = value
    else:
        made["valueQuantity"] = quantity(value, "h", "h")
    if derived:
        made["derivedFrom"] = [derived]
    return {"reference": f"Observation/{made['id']}"}


def social(c, code, display, text, value, profile):
    """A fact about a person's life with a coded answer; its resource."""
    made = c.observation("social-history", profile, concept(codes.LOINC, code, display, text))
    made["valueCodeableConcept"] = value
    return made


def occupation(c, work, industry, since):
    """What a person does for a living, and where."""
    made = social(c, "11341-5", "History of Occupation", "Occupation", {"text": work},
                  "us-core-observation-occupation")
    del made["effectiveDateTime"]
    made["effectivePeriod"] = {"start": since}
    made["component"] = [{
        "code": concept(codes.LOINC, "86188-0", "History of Occupation industry", "Industry"),
        "valueCodeableConcept": {"text": industry}}]


def pregnancy(c, is_pregnant):
    """Whether a person is pregnant."""
    answers = {True: ("77386006", "Pregnant"), False: ("60001007", "Not pregnant")}
    social(c, "82810-3", "Pregnancy status", "Pregnancy status",
           concept(codes.SNOMED, *answers[is_pregnant], answers[is_pregnant][1]),
           "us-core-observation-pregnancystatus")


def pregnancy_wish(c, code, display, text):
    """Whether a person wishes to be pregnant."""
    social(c, "86645-9", "Pregnancy intention in the next year - Reported", "Pregnancy wish",
           concept(codes.SNOMED, code, display, text), "us-core-observation-pregnancyintent")


def orientation(c, code, display, text):
    """Whom a person is drawn to, where they said so."""
    social(c, "76690-7", "Sexual orientation", "Sexual orientation",
           concept(codes.SNOMED, code, display, text), "us-core-observation-sexual-orientation")


def oxygen(c, percent, flow=None, share=None):
    """A pulse oximetry while oxygen is given; None stands for what was not read."""
    made = c.observation("vital-signs", "us-core-pulse-oximetry", concept(
        codes.LOINC, "59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry",
        "Oxygen saturation"))
    made["code"]["coding"].append({"system": codes.LOINC, "code": "2708-6",
                                   "display": "Oxygen saturation in Arterial blood"})
    made["valueQuantity"] = quantity(percent, "%", "%")
    made["component"] = [
        {"code": concept(codes.LOINC, "3151-8", "Inhaled oxygen flow rate"),
         **(absent_part() if flow is None
            else {"valueQuantity": quantity(flow, "L/min", "L/min")})},
        {"code": concept(codes.LOINC, "3150-0", "Inhaled oxygen concentration"),
         **(absent_part() if share is None else {"valueQuantity": quantity(share, "%", "%")})}]


def absent_part():
    """A component without a value."""
    return {"dataAbsentReason": absent()}


def unheard(c, systolic=None, diastolic=None):
    """A blood pressure of which a part could not be taken."""
    made = c.observation("vital-signs", "us-core-blood-pressure", concept(
        codes.LOINC, "85354-9", "Blood pressure panel with all children optional",
        "Blood pressure"))
    made["component"] = [
        {"code": concept(codes.LOINC, code, display),
         **(absent_part() if value is None
            else {"valueQuantity": quantity(value, "mmHg", "mm[Hg]")})}
        for code, display, value in (("8480-6", "Systolic blood pressure", systolic),
                                     ("8462-4", "Diastolic blood pressure", diastolic))]
    if systolic is None and diastolic is None:
        made["dataAbsentReason"] = absent()


def peak_flow(c, blows):
    """Three blows into a peak flow meter; the best one counts."""
    code, display, text, unit, ucum, profile, _ = codes.VITALS["peak-flow"]
    made = c.observation("vital-signs", profile, concept(codes.LOINC, code, display, text))
    best = [blow for blow in blows if blow is not None]
    if best:
        made["valueQuantity"] = quantity(max(best), unit, ucum)
    else:
        made["dataAbsentReason"] = absent()
    made["component"] = [
        {"code": {"text": f"Blow {count}"},
         **(absent_part() if blow is None else {"valueQuantity": quantity(blow, unit, ucum)})}
        for count, blow in enumerate(blows, 1)]
